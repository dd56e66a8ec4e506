"""Weekly monitoring: every signal of one Monday, the messages about them, and the findings for Dagster's checks.

A limit crossed blocks nothing: it asks somebody to look, and proposes a retrain where the model is meant.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import duckdb
import polars as pl

from features.cohort import at_risk, history_mondays
from features.engine.matrix import Matrix, build_matrix
from features.found_after_warning import with_found_after_warning
from features.labels import label_cohort
from features.small_cells import hide_small_cells
from models.escalation.matured_history import matured_mondays
from models.measuring.metrics import headline_metrics
from models.monitoring.model_signals import input_signals, list_signals, score_signal, turnover_signal
from models.monitoring.recent_records import known_records
from models.monitoring.signal import Signal, watch_frame
from models.monitoring.source_signals import source_signals
from models.registry.registry import Registered
from models.wording import Message, message
from pipelines.city.profile import Profile
from pipelines.city.published_lists import of_the_city, read_city_lists
from pipelines.home import Home
from pipelines.warehouse.checks import Finding

DRIFT_WEEKS_BACK = (13, 26, 39, 52)
MATURED_WEEKS = 8
PUBLISHED = {"as_of": pl.Date, "dispute_id": pl.String, "rank": pl.Int32, "listed": pl.Boolean, "probability": pl.Float64}  # fmt: skip
SIGNALS = ("arrivals", "codes", "missing", "delay", "drift", "calibration", "recall", "turnover")


def watch(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    profile: Profile,
    as_of: date,
    matrix: Matrix,
    warnings: pl.DataFrame,
    model: Registered | None,
) -> pl.DataFrame:
    """Every signal of a Monday, in the columns of `Watch`.

    Args:
        con: the warehouse; only read.
        home: whose earlier publications are held against what came of them.
        profile: limits.
        as_of: the Monday.
        matrix: its rows.
        warnings: what is about to be published.
        model: the version in use, if any.
    """
    limits = profile.settings.watch
    signals = list(source_signals(known_records(con, as_of), limits))
    signals += input_signals(matrix, _earlier(con, profile, as_of), limits)
    signals += _published(con, home, profile, as_of, warnings, model)
    return watch_frame(signals)


def watch_entry(frame: pl.DataFrame) -> dict[str, object]:
    """The `watch` part of meta.json: the number of each signal that crossed its limit, and those signals in words."""
    crossed = frame.filter("crossed")
    return {
        "watched": len(frame),
        "crossed": len(crossed),
        "signals": {
            name: {
                "watched": len(frame.filter(signal=name)),
                "crossed": len(crossed.filter(signal=name)),
            }
            for name in SIGNALS
        },
        "rows": [
            row | {"reason_zh": words.zh, "reason_en": words.en}
            for row in crossed.drop("crossed").iter_rows(named=True)
            for words in [_words(row)]
        ],
    }


def watch_findings(frame: pl.DataFrame) -> list[Finding]:
    """One finding per signal, for the checks of the graph."""
    findings = []
    for name in SIGNALS:
        rows = frame.filter(signal=name)
        over = [_words(row) for row in rows.filter("crossed").iter_rows(named=True)]
        calm = message("watch_calm", n=len(rows)) if len(rows) else message("watch_nothing")
        findings.append(
            Finding(
                name=name,
                passed=not over,
                zh="；".join(one.zh for one in over) or calm.zh,
                en="; ".join(one.en for one in over) or calm.en,
                facts={"watched": len(rows), "crossed": len(over)},
            )
        )
    return findings


def _earlier(con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date) -> Matrix:
    there = set(history_mondays(con, as_of))
    mondays = [as_of - timedelta(weeks=back) for back in DRIFT_WEEKS_BACK]
    return hide_small_cells(build_matrix(con, profile, [day for day in mondays if day in there]))


def _published(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    profile: Profile,
    as_of: date,
    warnings: pl.DataFrame,
    model: Registered | None,
) -> Iterator[Signal]:
    limits = profile.settings.watch
    last_as_of = as_of - timedelta(weeks=1)
    last = _read(home, [last_as_of])
    if len(last):
        listed, before = (
            rows.filter("listed")["dispute_id"].to_list() for rows in (of_the_city(warnings), last)
        )
        yield turnover_signal(listed, before, last_as_of, limits)
    recent = _read(home, [as_of - timedelta(weeks=back) for back in range(1, MATURED_WEEKS + 1)])
    now, scores = (rows["probability"].drop_nulls().to_numpy() for rows in (warnings, recent))
    if len(now) and len(scores):
        yield score_signal(now, scores, limits)
    mondays = matured_mondays(con, profile, as_of)[-MATURED_WEEKS:]
    matured = _read(home, mondays)
    if model is not None and len(matured):
        cohort = with_found_after_warning(con, at_risk(con, profile, mondays), as_of).filter(
            ~pl.col("found_after_warning")
        )
        recall = headline_metrics(model.metrics, "lightgbm").get("recall_at_capacity", {}).get("value")
        labels = label_cohort(con, profile, cohort, as_of)
        yield from list_signals(matured, labels, recall, profile.settings.capacity.city, limits)


def _read(home: Home, mondays: Sequence[date]) -> pl.DataFrame:
    paths = [home.published / monday.isoformat() / "dispute_warnings.parquet" for monday in mondays]
    weeks = read_city_lists(paths, list(PUBLISHED))
    return pl.DataFrame(schema=PUBLISHED) if weeks is None else weeks


def _words(row: dict) -> Message:
    facts = {"segment": row["segment"], "limit": f"{row['limit']:g}", "strength": f"{row['strength']:.2f}"}
    return message(
        f"watch_{row['signal']}", value=f"{row['value']:,.3g}", usual=f"{row['usual']:,.3g}", **facts
    )
