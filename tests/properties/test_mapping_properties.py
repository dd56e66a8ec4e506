"""What holds of every mapping a city might write: whatever headings, words, order, titles and encoding, the same rows come of it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.city.profile import load_profile
from pipelines.intake.parsing import choose_rows, name_columns, parse
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.reading.readers import LINE, read_source

QUJING = load_profile("qujing")
NEEDED = ("dispute_id", "registered_at", "category", "area_code")
OTHERS = ("amount_yuan", "threat", "channel", "due_at")
CODES = {"category": ("D1", "D2", "D3"), "channel": ("window", "hotline")}
words = st.text(st.sampled_from("甲乙丙丁戊己庚辛xyz 。"), min_size=1, max_size=4).map(
    lambda w: f"目{w.strip()}"
)
VALUES: dict[str, st.SearchStrategy[str]] = {
    "dispute_id": st.integers(0, 10**6).map(lambda n: f"D{n}"),
    "registered_at": st.dates(date(1990, 1, 1), date(2099, 1, 1)).map(str),
    "category": st.sampled_from(CODES["category"]),
    "area_code": st.sampled_from(("530302001", "530302002")),
    "amount_yuan": st.integers(0, 10**6).map(str),
    "threat": st.sampled_from(("是", "否", "")),
    "channel": st.sampled_from((*CODES["channel"], "")),
    "due_at": st.dates(date(2099, 1, 1), date(2099, 12, 31)).map(str),
}


@st.composite
def told_in_its_own_way(draw: Callable[..., Any]) -> tuple[pl.DataFrame, pl.DataFrame, FileMapping, int]:
    """Rows under the contract's headings, the same in a city's own words and headings, the mapping, and titles above."""
    names = [*NEEDED, *draw(st.lists(st.sampled_from(OTHERS), unique=True))]
    rows = draw(st.lists(st.fixed_dictionaries({n: VALUES[n] for n in names}), min_size=1, max_size=8))
    plain = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    headings = draw(st.lists(words, min_size=len(names) + 1, max_size=len(names) + 1, unique=True))
    own = plain.rename(dict(zip(names, headings, strict=False))).with_columns(pl.lit("x").alias(headings[-1]))
    codes: dict[str, dict[str, str]] = {}
    for name in CODES.keys() & set(names):
        spelled = draw(st.lists(words, min_size=len(CODES[name]), max_size=len(CODES[name]), unique=True))
        codes[name] = dict(zip(spelled, CODES[name], strict=True))
        back = {code: word for word, code in codes[name].items()}
        own = own.with_columns(pl.col(headings[names.index(name)]).replace(back))
    titles = draw(st.integers(0, 3))
    table = TableMapping(table="disputes", columns=dict(zip(names, headings, strict=False)), codes=codes)
    encoding = draw(st.sampled_from(("utf-8", "gb18030", "utf-16")))
    mapping = FileMapping(files="own*.csv", encoding=encoding, header_row=titles + 1, tables=(table,))
    return plain, own.select(draw(st.permutations(own.columns))), mapping, titles


@given(city_file=told_in_its_own_way())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mapping_makes_of_a_citys_own_words_what_the_contracts_headings_make(
    city_file: tuple[pl.DataFrame, pl.DataFrame, FileMapping, int], tmp_path: Path
) -> None:
    plain, own, mapping, titles = city_file
    text = "某市台账\n" * titles + own.write_csv()
    (tmp_path / "own.csv").write_bytes(text.encode(str(mapping.encoding)))
    (tmp_path / "disputes.csv").write_text(plain.write_csv(), encoding="utf-8")
    canonical = FileMapping(files="disputes.csv", tables=(TableMapping(table="disputes"),))
    read = _parsed(SourceFile(tmp_path / "own.csv", mapping))
    theirs = _parsed(SourceFile(tmp_path / "disputes.csv", canonical))
    assert read.drop(LINE).equals(theirs.drop(LINE))
    assert read[LINE].to_list() == [line + titles for line in theirs[LINE]]
    assert len(read) == len(plain)


def _parsed(source: SourceFile) -> pl.DataFrame:
    raw, (mapping,) = read_source(source), source.mapping.tables
    return parse(
        name_columns(raw, mapping, choose_rows(raw, mapping), QUJING), mapping, QUJING, raw.name
    ).good
