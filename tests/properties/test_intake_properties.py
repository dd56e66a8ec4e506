"""What holds of every table a city might send: rows add up, text is read the same as types, order and repetition change nothing."""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.city.profile import load_profile
from pipelines.intake.intake import load_sources, refresh_reference
from pipelines.intake.parsing import name_columns, parse
from pipelines.intake.service_visits import CELL, placed_visits
from pipelines.intake.value_parsers import moments, numbers
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.reading.chunks import read_in_chunks
from pipelines.reading.readers import LINE, RawFile, read_source
from pipelines.warehouse.as_known import read_as_known
from pipelines.warehouse.warehouse import open_warehouse, read_frame
from tests.deep import examples

QUJING = load_profile("qujing")
TOWNS = ("530302001", "530302002")
KEY = bytes(32)
FIRST = datetime(2025, 1, 6)

a_moment = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)).map(lambda m: m.replace(microsecond=0))
habits = st.sampled_from(
    ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H时%M分%S秒", "%Y年%-m月%-d日%-H:%M:%S", "%Y%m%d%H%M%S", "%Y.%m.%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+08:00")
)  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@settings(deadline=None)
@given(st.lists(st.tuples(a_moment, habits, st.booleans()), min_size=1, max_size=20))
def test_a_moment_is_the_same_in_every_habit_mixed_in_one_column(rows: list) -> None:
    texts = [m.strftime(h).translate(FULL_WIDTH) if wide else m.strftime(h) for m, h, wide in rows]
    assert moments(pl.Series(texts)).to_list() == [m for m, _, _ in rows]


@settings(deadline=None)
@given(st.lists(a_moment, min_size=1, max_size=20))
def test_excels_day_numbers_are_the_moments_they_stand_for(rows: list) -> None:
    texts = [repr((m - datetime(1899, 12, 30)) / timedelta(days=1)) for m in rows]
    parsed = moments(pl.Series(texts)).to_list()
    assert all(
        f is not None and abs(f - m) <= timedelta(seconds=1) for f, m in zip(parsed, rows, strict=True)
    )


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=20), st.booleans())
def test_whole_numbers_survive_commas_and_full_width(rows: list, wide: bool) -> None:
    texts = [f"{n:,}".translate(FULL_WIDTH) if wide else f"{n:,}" for n in rows]
    assert numbers(pl.Series(texts), pl.Int64).to_list() == rows


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=20))
def test_no_text_breaks_a_parser_and_no_number_is_infinite(rows: list) -> None:
    text = pl.Series(rows, dtype=pl.String)
    assert len(moments(text)) == len(rows)
    assert not numbers(text, pl.Float64).is_infinite().any()


cells = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(("A1", "2025-03-04", "邻里", "D2", TOWNS[0], "1.5万", "是")),
)


@settings(max_examples=examples(12), deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            dict.fromkeys(
                ("dispute_id", "registered_at", "category", "area_code", "amount_yuan", "threat"), cells
            )
        ),
        max_size=12,
    )
)
def test_every_row_is_good_or_bad_and_never_both(rows: list) -> None:
    frame = pl.DataFrame(
        rows,
        schema=dict.fromkeys(
            ("dispute_id", "registered_at", "category", "area_code", "amount_yuan", "threat"), pl.String
        ),
    )
    raw = RawFile(
        "generated.csv", None, frame.with_row_index(LINE, offset=2).with_columns(pl.col(LINE).cast(pl.Int64))
    )
    mapping = TableMapping(table="disputes")
    parsed = parse(name_columns(raw, mapping, raw.frame, QUJING), mapping, QUJING, raw.name)
    assert sorted([*parsed.good[LINE], *parsed.bad[LINE]]) == raw.frame[LINE].to_list()
    assert all(len(rules) for rules in parsed.bad.to_series(1))


versions = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 20), st.sampled_from(("D1", "D2")), st.one_of(st.none(), st.integers(0, 20))),
    min_size=1, max_size=14,
)  # fmt: skip


def _file(folder: Path, name: str, rows: list) -> SourceFile:
    """Disputes 0..3, registered on the first day, in versions recorded on day `known`, withdrawn on a day or not."""
    expected = [
        {
            "dispute_id": f"A{who}", "registered_at": str(FIRST), "category": category, "area_code": TOWNS[0],
            "recorded_at": str(FIRST + timedelta(days=known)), "withdrawn_at": str(FIRST + timedelta(days=gone)) if gone is not None else "",
        }
        for who, known, category, gone in rows
    ]  # fmt: skip
    path = folder / name
    pl.DataFrame(expected).write_csv(path)
    return SourceFile(path, FileMapping(files=name, tables=(TableMapping(table="disputes"),)))


def _take(con, sources: list[SourceFile]) -> list:
    return load_sources(con, sources, QUJING, KEY, None, lambda words, share: None)


@settings(max_examples=examples(10), deadline=None)
@given(versions, st.integers(0, 20))
def test_what_is_known_at_a_day_is_what_was_in_a_warehouse_fed_only_until_then(rows: list, day: int) -> None:
    one_a_moment = list(
        {(who, known): (who, known, category, gone) for who, known, category, gone in rows}.values()
    )
    clean = [
        (who, known, category, gone if gone is not None and gone <= known else None)
        for who, known, category, gone in one_a_moment
    ]
    until = FIRST + timedelta(days=day)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_warehouse(":memory:") as whole,
        open_warehouse(":memory:") as part,
    ):
        refresh_reference(whole, QUJING, Path(folder), "real", KEY)
        refresh_reference(part, QUJING, Path(folder), "real", KEY)
        _take(whole, [_file(Path(folder), "disputes_all.csv", clean)])
        before = [row for row in clean if row[1] < day]
        if before:
            _take(part, [_file(Path(folder), "disputes_before.csv", before)])
        in_force = read_frame(
            part,
            "select * exclude (superseded_at, file_id) from core_dispute where superseded_at is null order by all",
        )
        assert read_as_known(whole, "disputes", until).drop("file_id").rows() == in_force.rows()


close_versions = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 3), st.sampled_from(("D1", "D2")), st.one_of(st.none(), st.integers(0, 4))),
    min_size=1, max_size=6,
)  # fmt: skip
"""So close that they meet: the same moment told in two ways, a later thing told first, an older export that comes late."""


@settings(max_examples=examples(12), deadline=None)
@given(st.one_of(versions, close_versions), st.integers(0, 14))
@example([(0, 0, "D1", 1), (0, 0, "D1", None)], 1)
@example([(0, 1, "D1", None), (0, 0, "D1", 1), (0, 0, "D1", None)], 2)
@example([(1, 0, "D1", 1), (1, 1, "D1", 1), (1, 0, "D1", None)], 2)
def test_rows_in_two_files_end_as_the_same_rows_in_one_and_again_change_nothing(rows: list, cut: int) -> None:
    """Of rows that contradict one another the first stands: which that is may depend on the file, that one is held does not."""
    query = "select * exclude (file_id) from core_dispute order by all"
    with (
        tempfile.TemporaryDirectory() as folder,
        open_warehouse(":memory:") as whole,
        open_warehouse(":memory:") as parts,
    ):
        for con in (whole, parts):
            refresh_reference(con, QUJING, Path(folder), "real", KEY)
        (one,) = _take(whole, [_file(Path(folder), "disputes_all.csv", rows)])
        sources = [
            _file(Path(folder), f"disputes_{n}.csv", part)
            for n, part in enumerate((rows[:cut], rows[cut:]))
            if part
        ]
        reports = _take(parts, sources)
        assert sum(r.read for r in reports) == len(rows)
        stored = read_frame(parts, query)
        contradicted = one.quarantined > 0
        assert (sum(r.quarantined for r in reports) > 0) == contradicted
        assert contradicted or stored.rows() == read_frame(whole, query).rows()
        _take(parts, sources)
        assert read_frame(parts, query).rows() == stored.rows()


visits = st.lists(
    st.tuples(st.sampled_from(TOWNS), st.integers(0, 40), st.one_of(st.none(), st.integers(0, 60))),
    max_size=40,
)


@settings(deadline=None)
@given(visits)
def test_counts_of_visits_are_those_of_a_plain_loop(rows: list) -> None:
    first = date(2025, 1, 6)
    frame = pl.DataFrame(
        {
            LINE: range(len(rows)), "area_code": [t for t, _, _ in rows], "service": ["S1"] * len(rows),
            "visit_due_on": [first + timedelta(days=d) for _, d, _ in rows],
            "visited_on": [first + timedelta(days=m) if m is not None else None for _, _, m in rows],
            "recorded_at": [None] * len(rows),
        },
        schema={LINE: pl.Int64, "area_code": pl.String, "service": pl.String, "visit_due_on": pl.Date, "visited_on": pl.Date, "recorded_at": pl.Datetime("us")},
    )  # fmt: skip
    expected: dict[tuple, list[int]] = {}
    for town, due, done in rows:
        week = first + timedelta(days=due - due % 7)
        cell = expected.setdefault((town, "S1", week), [0, 0])
        cell[0] += 1
        cell[1] += done is not None and done < due - due % 7 + 7
    visits, above = placed_visits(frame, QUJING.areas, KEY, frame.select(LINE, rest=pl.lit("")))
    counted = visits.group_by(CELL).agg(due=pl.len(), done=pl.col("done").sum())
    assert above == []
    assert {row[:3]: list(row[3:]) for row in counted.select(*CELL, "due", "done").iter_rows()} == expected


CELL_TEXT = st.text(st.sampled_from('ab,"\n 镇'), max_size=6)


@given(rows=st.lists(st.tuples(CELL_TEXT, CELL_TEXT), min_size=1, max_size=30), letters=st.integers(8, 60))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_read_in_chunks_is_the_file_read_whole(
    rows: list[tuple[str, str]], letters: int, tmp_path: Path
) -> None:
    path = tmp_path / "service_visits.csv"
    frame = pl.DataFrame(rows, schema=["地点", "服务"], orient="row")
    path.write_bytes(frame.write_csv().encode("gb18030"))
    mapping = FileMapping(files=path.name, encoding="gb18030", tables=(TableMapping(table="service_visits"),))
    source = SourceFile(path, mapping)
    parts = list(read_in_chunks(source, letters))
    assert pl.concat([part.frame for part in parts]).equals(read_source(source).frame)
