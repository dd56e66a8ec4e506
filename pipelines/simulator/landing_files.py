"""Each table as the city would send it: which kind of file, which columns, which habits of writing."""

from collections.abc import Callable

import numpy as np
import polars as pl

from pipelines.simulator import reporting_faults
from pipelines.simulator.cell_formats import Sheet, answers, days, headed, moments, numbered, party_names
from pipelines.simulator.parameters import FLAGS
from pipelines.simulator.random_keys import Stream
from pipelines.simulator.wording import made_up_names

DASHED = "%Y-%m-%d %H:%M"
SLASHED = "%Y/%-m/%-d %H:%M"


def disputes(sheet: Sheet, frame: pl.DataFrame) -> pl.DataFrame:
    """The register of disputes: everything as text."""
    sides = [party_names(sheet.dice, frame["pair"], side) for side in (0, 1)]
    swapped = frame["swapped"]
    ordered = pl.DataFrame({"a": sides[0], "b": sides[1], "s": swapped}).select(
        a=pl.when("s").then("b").otherwise("a"), b=pl.when("s").then("a").otherwise("b")
    )
    columns = {
        "dispute_id": dispute_ids(frame["number"]),
        "registered_at": moments(frame["registered_at"]).dt.strftime(DASHED),
        "recorded_at": moments(frame["recorded_at"]).dt.strftime(DASHED),
        "occurred_on": days(frame["occurred_on"]).dt.strftime("%Y-%m-%d"),
        "category": sheet.categories(frame, "category", sheet.profile.codes_of_kind("dispute")),
        "area_code": sheet.area_codes.gather(frame["area"]),
        "channel": sheet.listed(frame, "channel", "channel"),
        "tier": sheet.listed(frame, "tier", "tier"),
        "relation": sheet.listed(frame, "relation", "relation"),
        "party_a": ordered["a"],
        "party_b": ordered["b"],
        "n_parties": frame["n_parties"].cast(pl.String),
        "amount_yuan": frame["amount_yuan"].cast(pl.Int64).cast(pl.String),
        **{flag: answers(frame[flag]) for flag in FLAGS},
        "minor_involved": answers(frame["minor_involved"]),
        "scale": sheet.listed(frame, "scale", "scale"),
        "found_after_warning": answers(frame["found_after_warning"]),
        "due_at": moments(frame["due_at"]).dt.strftime(DASHED),
        "withdrawn_at": moments(frame["withdrawn_at"]).dt.strftime(DASHED),
    }
    return headed("disputes", reporting_faults.in_disputes(sheet.dice, sheet.wrong_row_share, frame, columns))


def dispute_events(sheet: Sheet, frame: pl.DataFrame) -> pl.DataFrame:
    """The steps of handling, with typed moments."""
    columns = {
        "event_id": numbered("SJ", frame["number"], 10),
        "dispute_id": dispute_ids(frame["dispute"]),
        "event_at": moments(frame["event_at"]),
        "recorded_at": moments(frame["recorded_at"]),
        "event_type": sheet.listed(frame, "event_type", "event_type"),
        "tier": sheet.listed(frame, "tier", "tier"),
        "unit_id": _unit(sheet, frame["unit"]),
        "result": sheet.listed(frame, "result", "result"),
    }
    return headed(
        "dispute_events", reporting_faults.in_events(sheet.dice, sheet.wrong_row_share, frame, columns)
    )


def outcomes(sheet: Sheet, frame: pl.DataFrame) -> pl.DataFrame:
    """Harms, with typed moments."""
    columns = {
        "outcome_id": numbered("HG", frame["number"], 8),
        "dispute_id": dispute_ids(frame["dispute"]),
        "occurred_at": moments(frame["occurred_at"]),
        "recorded_at": moments(frame["recorded_at"]),
        "severity": frame["severity"],
    }
    return headed("outcomes", reporting_faults.in_outcomes(sheet.dice, sheet.wrong_row_share, frame, columns))


def grid_reports(sheet: Sheet, frame: pl.DataFrame) -> pl.DataFrame:
    """Reports from the grids: everything as text, dates with slashes."""
    columns = {
        "report_id": numbered("WG", frame["number"], 10),
        "reported_at": moments(frame["reported_at"]).dt.strftime(SLASHED),
        "recorded_at": moments(frame["recorded_at"]).dt.strftime(SLASHED),
        "area_code": sheet.area_codes.gather(frame["area"]),
        "report_type": sheet.listed(frame, "report_type", "report_type"),
        "channel": sheet.listed(frame, "channel", "report_channel"),
        "first_response_at": moments(frame["first_response_at"]).dt.strftime(SLASHED),
        "closed_at": moments(frame["closed_at"]).dt.strftime(SLASHED),
        "resolved": answers(frame["resolved"]),
        "satisfaction": frame["satisfaction"].cast(pl.String),
    }
    return headed(
        "grid_reports", reporting_faults.in_reports(sheet.dice, sheet.wrong_row_share, frame, columns)
    )


def service_visits(sheet: Sheet, frame: pl.DataFrame) -> pl.DataFrame:
    """The ledger of care visits, with a free remark that nobody may read."""
    note = made_up_names()
    u = sheet.dice.uniform(Stream.WORDING, frame["number"].to_numpy(), part=7)
    notes = pl.Series(note["visit_notes"])
    columns = {
        "area_code": sheet.area_codes.gather(frame["area"]),
        "service": sheet.categories(frame, "service", sheet.profile.codes_of_kind("service")),
        "visit_due_on": days(frame["visit_due_on"]).dt.strftime("%Y-%m-%d"),
        "visited_on": days(frame["visited_on"]).dt.strftime("%Y-%m-%d"),
        "recorded_at": moments(frame["recorded_at"]).dt.strftime(DASHED),
    }
    written = headed(
        "service_visits", reporting_faults.in_visits(sheet.dice, sheet.wrong_row_share, frame, columns)
    )
    return written.with_columns(
        notes.gather(pl.Series((u * len(notes)).astype(np.int64))).alias(note["visit_note_heading"])
    )


def outreach(sheet: Sheet, frame: pl.DataFrame) -> pl.DataFrame:
    """Sessions held."""
    columns = {
        "event_on": days(frame["event_on"]),
        "area_code": sheet.area_codes.gather(frame["area"]),
        "kind": sheet.listed(frame, "kind", "outreach_kind"),
        "attendance": frame["attendance"],
    }
    return headed("outreach", columns)


def volunteers(sheet: Sheet, frame: pl.DataFrame) -> pl.DataFrame:
    """Volunteers counted, days as text."""
    columns = {
        "area_code": sheet.area_codes.gather(frame["area"]),
        "as_of_on": days(frame["as_of_on"]).dt.strftime("%Y-%m-%d"),
        "count": frame["count"],
    }
    return headed("volunteers", columns)


def dispute_ids(numbers: pl.Series) -> pl.Series:
    """The case numbers, in files and in the sealed one."""
    return numbered("JF", numbers, 8)


def dispute_numbers(ids: pl.Series) -> pl.Series:
    """The simulator's own numbers of case numbers."""
    return ids.str.slice(2).cast(pl.Int64)


def _unit(sheet: Sheet, rows: pl.Series) -> pl.Series:
    known = pl.select(pl.when(rows >= 0).then(rows)).to_series()
    return sheet.unit_ids.gather(known)


KINDS: dict[str, tuple[str, Callable[[Sheet, pl.DataFrame], pl.DataFrame]]] = {
    "disputes": ("gb18030.csv", disputes),
    "dispute_events": ("parquet", dispute_events),
    "outcomes": ("xlsx", outcomes),
    "grid_reports": ("bom.csv", grid_reports),
    "service_visits": ("csv", service_visits),
    "outreach": ("xlsx", outreach),
    "volunteers": ("xlsx", volunteers),
}
"""How each table is sent: the kind of file (see `blocks`) and what fills it."""
