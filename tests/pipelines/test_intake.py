"""From a folder of files to the warehouse: accounting, versions, privacy, refusals."""

import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.onboarding.dry_run import check_folder
from pipelines.warehouse.warehouse import open_warehouse
from tests.worlds.shared_data import needs_shared, shared_data

QUJING = load_profile("qujing")
TOWN = "530302001"
HEAD = "纠纷编号,登记时间,纠纷类别,所属区域编码,来源渠道,甲方,乙方,威胁,录入时间,备注\n"
ID_NUMBER = "530302199001011234"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "keys" / "pair.key"))
    return Home(tmp_path / "home")


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


def write(folder: Path, rows: str, name: str = "disputes_1.csv", encoding: str = "gb18030") -> None:
    (folder / name).write_bytes((HEAD + rows).encode(encoding))


def rows_of(home: Home, query: str) -> list[tuple]:
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return con.execute(query).fetchall()


def test_chinese_headings_codes_and_gb18030_load(landing: Path, home: Home) -> None:
    write(landing, f"A1,2025/3/4 08:05,邻里,{TOWN},窗口,张三,李四,是,,随便\n")
    (report,) = load_folder(landing, QUJING, home)
    assert (report.read, report.loaded, report.quarantined) == (1, 1, 0)
    loaded = rows_of(home, "select category, county_code, channel, threat, known_at::text from core_dispute")
    assert loaded == [("D2", "530302", "window", True, "2025-03-04 08:05:00")]


def test_every_row_is_accounted_for_and_bad_ones_keep_line_and_every_reason(
    landing: Path, home: Home
) -> None:
    good = f"A1,2025-03-04 08:05,D2,{TOWN},grid,,,,,\n"
    write(landing, good + good + f",not a day,D2,{TOWN},grid,,,,,\n")
    (report,) = load_folder(landing, QUJING, home)
    assert report.read == report.loaded + report.quarantined + report.duplicates + report.unchanged == 3
    assert rows_of(home, "select line, rules from quarantine") == [
        (4, ["dispute_id: missing", "registered_at: not a date"])
    ]


def test_the_same_folder_again_changes_no_byte(landing: Path, home: Home) -> None:
    write(landing, f"A1,2025-03-04 08:05,D2,{TOWN},grid,,,,,\n")
    load_folder(landing, QUJING, home)
    before = rows_of(home, "select * from core_dispute"), rows_of(home, "select * from intake_file")
    (again,) = load_folder(landing, QUJING, home)
    assert (again.loaded, again.unchanged) == (0, 1)
    assert (rows_of(home, "select * from core_dispute"), rows_of(home, "select * from intake_file")) == before


def test_a_later_version_supersedes_and_the_old_one_stays(landing: Path, home: Home) -> None:
    write(landing, f"A1,2025-03-04 08:05,D2,{TOWN},grid,,,,,\n")
    load_folder(landing, QUJING, home)
    write(landing, f"A1,2025-03-04 08:05,D1,{TOWN},grid,,,,2025-03-10 09:00,\n", name="disputes_2.csv")
    load_folder(landing, QUJING, home)
    loaded = rows_of(
        home,
        "select category, known_at::text, superseded_at::text, first_known_at::text from core_dispute order by 2",
    )
    assert loaded == [
        ("D2", "2025-03-04 08:05:00", "2025-03-10 09:00:00", "2025-03-04 08:05:00"),
        ("D1", "2025-03-10 09:00:00", None, "2025-03-04 08:05:00"),
    ]


def test_two_contents_at_the_same_moment_are_a_conflict(landing: Path, home: Home) -> None:
    write(landing, f"A1,2025-03-04 08:05,D2,{TOWN},grid,,,,,\nA1,2025-03-04 08:05,D1,{TOWN},grid,,,,,\n")
    (report,) = load_folder(landing, QUJING, home)
    assert (report.loaded, report.quarantined) == (1, 1)


def test_a_pair_is_the_same_whoever_is_named_first(landing: Path, home: Home) -> None:
    write(
        landing, f"A1,2025-03-04,D2,{TOWN},grid,张三,李四,,,\nA2,2025-03-05,D2,{TOWN},grid, 李四 ,张 三,,,\n"
    )
    load_folder(landing, QUJING, home)
    keys = {key for (key,) in rows_of(home, "select parties_key from core_dispute")}
    assert len(keys) == 1
    assert None not in keys


def test_no_name_number_or_free_text_is_found_in_any_byte_under_the_home(landing: Path, home: Home) -> None:
    secrets = ["欧阳测试甲", "司徒测试乙", "自由文本XYZZY", ID_NUMBER]
    write(
        landing,
        f"A1,2025-03-04,D2,{TOWN},grid,{secrets[0]},{secrets[1]},,,{secrets[2]}\nA2 {ID_NUMBER},2025-03-05,D2,{TOWN},grid,{secrets[0]},x,,,\n",
    )
    (report,) = load_folder(landing, QUJING, home)
    assert report.quarantined == 1
    everything = b"".join(p.read_bytes() for p in home.root.rglob("*") if p.is_file())
    assert not [s for s in secrets if s.encode() in everything or s.encode("gb18030") in everything]


def test_the_key_file_is_private_and_never_under_the_home(
    landing: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(landing, f"A1,2025-03-04,D2,{TOWN},grid,,,,,\n")
    load_folder(landing, QUJING, home)
    key = home.root.parent / "keys" / "pair.key"
    assert key.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(home.root / "pair.key"))
    with pytest.raises(RefusedInput, match="under the home"):
        load_folder(landing, QUJING, home)


def test_visits_are_counted_by_township_and_never_stored(landing: Path, home: Home) -> None:
    visits = "所属区域编码,服务类别,应访日期,实访日期,录入时间,姓名\n" + "".join(
        f"{TOWN},S1,2025-03-0{day},{visited_on},,某人甲乙\n"
        for day, visited_on in ((3, "2025-03-03"), (4, ""), (5, "2025-03-20"))
    )
    (landing / "service_visits.csv").write_text(visits, encoding="utf-8")
    load_folder(landing, QUJING, home)
    loaded = rows_of(
        home, "select township_code, service, week::text, due, done, overdue from core_service_coverage"
    )
    assert loaded == [(TOWN, "S1", "2025-03-03", 3, 1, 2)]
    assert "某人甲乙".encode() not in home.warehouse.read_bytes()


def test_check_writes_nothing_and_says_what_is_left_out(landing: Path, home: Home) -> None:
    write(landing, f"A1,2025-03-04,D2,{TOWN},grid,,,,,\n")
    assert "columns left out unread: 备注" in check_folder(landing, QUJING).text()
    assert not home.root.exists()


@pytest.mark.parametrize(
    "heading", ["是否信访人员", "宗教信仰", "民　族", "人脸特征", "XinFang", "行動軌跡", "Religion"]
)
def test_a_refused_heading_refuses_the_file_and_says_which_rule(
    heading: str, landing: Path, home: Home
) -> None:
    text = HEAD.replace("备注", heading) + f"A1,2025-03-04,D2,{TOWN},grid,,,,,x\n"
    (landing / "disputes.csv").write_text(text, encoding="utf-8")
    with pytest.raises(RefusedInput, match=r"disputes.csv.*boundary rule [45]"):
        load_folder(landing, QUJING, home)
    assert not home.warehouse.exists()


def test_made_up_and_real_data_are_never_mixed(landing: Path, home: Home) -> None:
    write(landing, f"A1,2025-03-04,D2,{TOWN},grid,,,,,\n")
    load_folder(landing, QUJING, home)
    (landing / "SIMULATED.json").write_text("{}")
    with pytest.raises(RefusedInput, match="real data"):
        load_folder(landing, QUJING, home)


@needs_shared("nyc_casework")
def test_real_casework_of_another_city_loads_through_its_profile_alone(home: Home) -> None:
    reports = load_folder(shared_data() / "nyc_casework", load_profile("nyc_casework"), home)
    assert all(r.read == r.loaded + r.quarantined + r.duplicates + r.unchanged for r in reports)
    assert sum(r.read for r in reports if r.table == "disputes") == 341_299


@needs_shared("hospital_billing")
def test_one_event_log_feeds_two_tables(home: Home) -> None:
    reports = {
        r.table: r
        for r in load_folder(shared_data() / "hospital_billing", load_profile("hospital_billing"), home)
    }
    assert set(reports) == {"disputes", "dispute_events"}
    assert all(r.loaded > 9_000 for r in reports.values())


def test_a_parquet_of_canonical_columns_loads(landing: Path, home: Home) -> None:
    frame = pl.DataFrame(
        {
            "dispute_id": ["A1"],
            "registered_at": ["2025-03-04 08:00:00"],
            "category": ["D1"],
            "area_code": [TOWN],
        }
    )
    frame.with_columns(pl.col("registered_at").str.to_datetime()).write_parquet(landing / "disputes.parquet")
    (report,) = load_folder(landing, QUJING, home)
    assert report.loaded == 1


def test_places_and_units_are_written_anew_where_the_profile_changed_and_only_then(
    landing: Path, home: Home, tmp_path: Path
) -> None:
    def stored() -> list[list[tuple]]:
        counts = [f"select min(rowid), count(*) from {table}" for table in ("core_area", "core_unit")]
        return [rows_of(home, query) for query in counts]

    write(landing, f"A1,2025-03-04 08:05,D2,{TOWN},grid,,,,,\n")
    load_folder(landing, QUJING, home)
    before = stored()
    write(landing, f"A2,2025-03-04 08:05,D2,{TOWN},grid,,,,,\n", "disputes_2.csv")
    load_folder(landing, QUJING, home)
    assert stored() == before
    changed = tmp_path / QUJING.name
    shutil.copytree(QUJING.folder, changed)
    QUJING.units.with_columns(name_zh=pl.lit("调解中心")).write_csv(changed / "units.csv")
    load_folder(landing, load_profile(str(changed)), home)
    assert rows_of(home, "select distinct name_zh from core_unit") == [("调解中心",)]
    assert [rows[0][1] for rows in stored()] == [rows[0][1] for rows in before]
    assert stored()[0] == before[0]


@pytest.mark.parametrize(("setting", "taken"), [("1", 1), ("3", 3)])
def test_duckdb_takes_as_many_threads_as_it_is_told(
    setting: str, taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", setting)
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        assert con.execute("select current_setting('threads')").fetchall() == [(taken,)]
