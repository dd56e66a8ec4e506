import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput
from pipelines.simulator.city import MARKER, simulate
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def read(folder: Path, table: str) -> pl.DataFrame:
    paths = sorted(folder.glob(f"{table}_*"))
    readers = {
        ".csv": lambda p: pl.read_csv(
            p, encoding="gb18030" if table == "disputes" else "utf8", infer_schema=False
        ),
        ".parquet": pl.read_parquet,
        ".xlsx": pl.read_excel,
    }
    return pl.concat([readers[p.suffix](p) for p in paths], how="vertical_relaxed")


def test_same_arguments_same_bytes(qujing: Profile, tmp_path: Path) -> None:
    for name in ("a", "b"):
        simulate(tmp_path / name, qujing, weeks=4, scale=0.02, seed=9)
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def test_another_seed_is_another_city(qujing: Profile, tmp_path: Path) -> None:
    for seed in (1, 2):
        simulate(tmp_path / str(seed), qujing, weeks=2, scale=0.02, seed=seed)
    one, two = (files_of(tmp_path / str(seed)) for seed in (1, 2))
    assert one["disputes_01.csv"] != two["disputes_01.csv"]


def test_a_week_more_only_adds_a_block(qujing: Profile, tmp_path: Path) -> None:
    simulate(tmp_path / "grown", qujing, weeks=52, scale=0.01, seed=1)
    before = files_of(tmp_path / "grown")
    simulate(tmp_path / "grown", qujing, weeks=53, scale=0.01, seed=1)
    after = files_of(tmp_path / "grown")
    kept = {name for name in before if not name.startswith("sealed") and name != MARKER}
    assert all(after[name] == before[name] for name in kept)
    assert {name for name in after if name not in before} == {name.replace("_01.", "_02.") for name in kept}
    simulate(tmp_path / "fresh", qujing, weeks=53, scale=0.01, seed=1)
    assert files_of(tmp_path / "fresh") == after


def test_what_is_already_there_is_left_alone_and_said(qujing: Profile, tmp_path: Path) -> None:
    simulate(tmp_path / "c", qujing, weeks=2, scale=0.01)
    stamps = {p: p.stat().st_mtime_ns for p in (tmp_path / "c").rglob("*")}
    said: list[str] = []
    simulate(tmp_path / "c", qujing, weeks=2, scale=0.01, progress=lambda words, share: said.append(words))
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "c").rglob("*")} == stamps
    assert said == ["the files are already there"]


def test_a_lost_file_is_written_again(qujing: Profile, tmp_path: Path) -> None:
    simulate(tmp_path / "c", qujing, weeks=2, scale=0.01)
    whole = files_of(tmp_path / "c")
    (tmp_path / "c" / "outcomes_01.xlsx").unlink()
    simulate(tmp_path / "c", qujing, weeks=2, scale=0.01)
    assert files_of(tmp_path / "c") == whole


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"scale": 0.02}, {"weeks": 1}], ids=["seed", "scale", "fewer weeks"]
)
def test_another_city_is_refused_and_nothing_changes(
    qujing: Profile, tmp_path: Path, change: dict[str, int]
) -> None:
    simulate(tmp_path / "c", qujing, weeks=2, scale=0.01, seed=1)
    before = files_of(tmp_path / "c")
    with pytest.raises(RefusedInput, match="another made-up city"):
        simulate(tmp_path / "c", qujing, **{"weeks": 2, "scale": 0.01, "seed": 1, **change})
    assert files_of(tmp_path / "c") == before


@pytest.mark.parametrize("content", [None, "", "[]", '{"weeks": "many"}'])
def test_a_folder_with_other_files_is_refused(qujing: Profile, tmp_path: Path, content: str | None) -> None:
    (tmp_path / "somebody.csv").write_text("theirs")
    if content is not None:
        (tmp_path / MARKER).write_text(content)
    with pytest.raises(RefusedInput, match="--out"):
        simulate(tmp_path, qujing, weeks=1, scale=0.01)


@pytest.mark.parametrize("wrong", [{"weeks": 0}, {"scale": 0.0}, {"scale": float("nan")}, {"seed": -1}])
def test_impossible_arguments_are_refused(qujing: Profile, tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(RefusedInput):
        simulate(tmp_path / "c", qujing, **{"weeks": 1, **wrong})
    assert not (tmp_path / "c").exists()


def test_a_profile_without_figures_cannot_be_simulated(qujing: Profile, tmp_path: Path) -> None:
    bare = Profile(name="bare", folder=tmp_path, settings=qujing.settings)
    with pytest.raises(RefusedInput, match="cannot be simulated"):
        simulate(tmp_path / "c", bare, weeks=1)


def test_an_interrupted_city_leaves_no_folder_that_looks_finished(qujing: Profile, tmp_path: Path) -> None:
    def stop(words: str, share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path / "c", qujing, weeks=4, scale=0.01, progress=stop)
    assert not (tmp_path / "c").exists()
    simulate(tmp_path / "c", qujing, weeks=4, scale=0.01)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c"]


def test_marker_says_which_city_this_is(small_city: Path) -> None:
    assert json.loads((small_city / MARKER).read_text()) == {
        "profile": "qujing",
        "scale": 0.05,
        "seed": 3,
        "weeks": 54,
    }


@pytest.mark.parametrize("table", sorted(TABLES.keys() - {"service_coverage", "decisions"}))
def test_headings_are_the_chinese_ones_of_the_contract(small_city: Path, table: str) -> None:
    headings = {c.metadata["zh"] for c in TABLES[table].columns().values() if c.metadata}
    headings = headings - {"当事方标识"} | (set(PAIR_COLUMNS.values()) if table == "disputes" else set())
    extra = {"备注"} if table == "service_visits" else set()
    assert set(read(small_city, table).columns) == headings | extra


def test_files_come_in_the_encodings_of_a_real_office(small_city: Path) -> None:
    disputes = (small_city / "disputes_01.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        disputes.decode("utf-8")
    assert disputes.decode("gb18030").startswith("纠纷编号")
    assert (small_city / "grid_reports_01.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (small_city / "service_visits_01.csv").read_bytes().decode("utf-8").startswith("所属区域编码")


def test_every_true_hazard_bears_the_number_of_a_dispute(small_city: Path, qujing: Profile) -> None:
    hazards = pl.read_parquet(small_city / "sealed" / "true_hazards.parquet")
    assert hazards.schema == {"as_of": pl.Date, "dispute_id": pl.String, "hazard": pl.Float64}
    assert hazards.select(pl.struct("as_of", "dispute_id").is_unique().all()).item()
    assert hazards["hazard"].is_between(0, 1).all()
    assert (hazards["as_of"].dt.weekday() == 1).all()
    assert hazards["as_of"].n_unique() == 54
    matters = pl.read_parquet(small_city / "sealed" / "true_matters.parquet")
    assert set(hazards["dispute_id"]) <= set(matters["dispute_id"])
    sent = read(small_city, "disputes")["纠纷编号"].drop_nulls()
    assert len(set(sent) - set(matters["dispute_id"])) == 0
    assert len(set(sent)) > 0.95 * len(matters)


def test_steps_follow_their_dispute_and_are_entered_after_they_happen(small_city: Path) -> None:
    steps = read(small_city, "dispute_events")
    early = steps.filter(pl.col("录入时间") < pl.col("发生时间"))
    assert len(early) < 0.003 * len(steps)
    disputes = read(small_city, "disputes").select(
        "纠纷编号", 登记=pl.col("登记时间").str.to_datetime("%Y-%m-%d %H:%M", strict=False)
    )
    both = steps.join(disputes.drop_nulls().unique("纠纷编号"), on="纠纷编号")
    assert both.filter(pl.col("发生时间") < pl.col("登记")).is_empty()


def test_some_rows_are_wrong_and_only_some(small_city: Path) -> None:
    disputes = read(small_city, "disputes")
    stray = disputes.filter(pl.any_horizontal(pl.col("来源渠道", "涉及人数").str.contains(r"^\d{17}[\dX]$")))
    assert (
        stray.is_empty()
        or stray.select(
            pl.any_horizontal(pl.col("来源渠道", "涉及人数").str.starts_with("99999919000101")).all()
        ).item()
    )
    wrong = disputes.filter(
        pl.col("纠纷编号").is_null()
        | (pl.col("登记时间") == "2024-02-31 10:00")
        | pl.col("纠纷类别").str.contains("未登记")
        | (pl.col("所属区域编码") == "539999999")
    )
    assert 0 < len(wrong) < 0.01 * len(disputes)


def test_corrections_come_later_under_the_same_number(small_city: Path) -> None:
    disputes = read(small_city, "disputes").drop_nulls("纠纷编号")
    twice = disputes.filter(pl.col("纠纷编号").is_duplicated())
    share = twice["纠纷编号"].n_unique() / disputes["纠纷编号"].n_unique()
    assert 0.015 < share < 0.035
    assert twice["撤销时间"].is_not_null().any()
    assert twice.group_by("纠纷编号").agg(pl.col("录入时间").n_unique())["录入时间"].min() == 2


def test_nobody_was_found_by_a_warning_and_minors_and_crowds_are_marked(small_city: Path) -> None:
    disputes = read(small_city, "disputes")
    assert set(disputes["因预警发现"]) == {"否"}
    assert 0.03 < (disputes["涉未成年人"] == "是").mean() < 0.07
    assert 0.01 < disputes["事件规模"].str.contains("群体").mean() < 0.05


def test_gaps_are_larger_where_there_is_more_to_do(small_city: Path, qujing: Profile) -> None:
    disputes = read(small_city, "disputes")
    unknown = [disputes[column].is_null().mean() for column in ("威胁", "动手", "持械")]
    assert all(0.30 < share < 0.60 for share in unknown)
    busy = pl.col("所属区域编码").str.slice(0, 9)
    by_town = (
        disputes.group_by(busy).agg(n=pl.len(), gap=pl.col("威胁").is_null().mean()).filter(pl.col("n") > 5)
    )
    median = by_town["n"].median()
    gaps = [by_town.filter(side)["gap"].mean() for side in (pl.col("n") > median, pl.col("n") <= median)]
    assert gaps[0] > gaps[1]


def test_the_ledger_of_visits_holds_no_key_of_a_person(small_city: Path) -> None:
    visits = read(small_city, "service_visits")
    assert set(visits.columns) == {"所属区域编码", "服务类别", "应访日期", "实访日期", "录入时间", "备注"}
    assert visits["备注"].str.starts_with("虚构备注").all()
