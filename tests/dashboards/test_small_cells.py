"""No page, filter, export or paper lets a cell under 10 of the care services be worked out (boundary 2)."""

import io
import re

import docx
import fastexcel
import polars as pl
import pytest

from dashboards.access.roles import ROLES
from dashboards.papers.paper_content import gather
from dashboards.papers.weekly_brief import document_bytes, workbook_bytes
from dashboards.published.publication import Publication, current
from dashboards.published.service_queries import services
from pipelines.city.profile import Profile, load_profile
from pipelines.home import Home
from pipelines.warehouse.warehouse import open_warehouse, read_frame
from tests.dashboards.conftest import Screens
from tests.dashboards.test_screens import text_of
from tests.worlds.small_city import SmallCity

SMALLEST, ROUNDED_TO = 10, 5


@pytest.fixture(scope="module")
def profile(small_city: SmallCity) -> Profile:
    return load_profile(str(small_city.profile))


@pytest.fixture(scope="module")
def published(small_city: SmallCity) -> Publication:
    publication = current(Home(small_city.home))
    assert publication is not None
    return publication


@pytest.fixture(scope="module")
def true_cells(small_city: SmallCity, published: Publication) -> dict[tuple[str, str], int]:
    """The people of each township and service as the ledger last told them, never shown as they are."""
    query = """
        select township_code, service, arg_max(caseload, week) as people from core_service_coverage
        where known_at < $as_of and caseload is not null group by all order by all
    """
    with open_warehouse(small_city.home / "warehouse.duckdb", read_only=True) as con:
        rows = read_frame(con, query, {"as_of": published.as_of})
    return {(area, service): people for area, service, people in rows.iter_rows()}


def shown_rows(app: object) -> list[list[str]]:
    """The cells of every row of the page's tables."""
    whole = "".join(part.value for part in app.html if "<table" in part.value)  # type: ignore[attr-defined]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", whole)
    return [
        [re.sub(r"<[^>]+>", " ", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


def test_the_small_city_has_cells_to_hide(true_cells: dict[tuple[str, str], int]) -> None:
    assert sum(people < SMALLEST for people in true_cells.values()) > 20


@pytest.mark.parametrize("service", ["S1", "S2"])
def test_a_small_cell_is_hidden_and_never_alone_in_its_county(
    published: Publication, profile: Profile, true_cells: dict[tuple[str, str], int], service: str
) -> None:
    rows = services(published, profile, service)
    assert rows is not None
    small = [area for (area, of), people in true_cells.items() if of == service and people < SMALLEST]
    hidden = rows.filter("suppressed")
    assert set(small) <= set(hidden["area_code"])
    for _, county in hidden.group_by("county_code"):
        people = [true_cells[area, service] for area in county["area_code"]]
        everybody = len(rows.filter(county_code=county["county_code"][0]))
        assert len(people) > 1 or everybody == 1
        assert sum(people) >= SMALLEST or len(people) == everybody


@pytest.mark.parametrize("service", ["S1", "S2"])
def test_no_county_filter_shows_more_than_fives_and_words(
    small_city: SmallCity, screens: Screens, profile: Profile, service: str
) -> None:
    counties = profile.areas.filter(tier="county")["area_code"].to_list()
    for county in (None, counties[0], counties[-1]):
        chosen = {"county": county} if county else {}
        app = screens(
            Home(small_city.home), "services", profile=str(small_city.profile), service=service, **chosen
        )
        rows = [row for row in shown_rows(app) if len(row) == 5 and row[1] != "服务对象"]
        assert len(rows) > 3
        for row in rows:
            figures = [
                int(n.replace(",", ""))
                for cell in row[1:]
                for n in re.findall(r"[\d,]+", cell.replace("不到10", ""))
            ]
            assert all(figure % ROUNDED_TO == 0 for figure in figures)
            assert not ("人数太少" in row[1] and figures)


@pytest.mark.parametrize("role", ROLES)
def test_no_paper_or_workbook_tells_a_figure_of_the_services_but_fives(
    small_city: SmallCity, profile: Profile, role: str
) -> None:
    paper = gather(Home(small_city.home), profile, "zh", role)  # type: ignore[arg-type]
    document = docx.Document(io.BytesIO(document_bytes(paper)))
    tables = [table for table in document.tables if table.rows[0].cells[1].text == "服务对象"]
    assert len(tables) == 2
    for table in tables:
        for row in table.rows[1:]:
            figures = " ".join(cell.text for cell in row.cells[1:]).replace("不到10", "")
            assert all(int(n.replace(",", "")) % ROUNDED_TO == 0 for n in re.findall(r"[\d,]+", figures))
    listed = fastexcel.read_excel(workbook_bytes(paper)).load_sheet(0).to_polars()
    assert isinstance(listed, pl.DataFrame)
    assert not [column for column in listed.columns if re.search("服务|走访|随访", column)]
    _tells_no_figure(" ".join(str(cell) for row in listed.iter_rows() for cell in row))


def test_no_reason_on_a_page_tells_one(
    small_city: SmallCity, screens: Screens, published: Publication
) -> None:
    number = published.warnings.filter(~pl.col("is_domestic"))["dispute_id"][0]
    _tells_no_figure(
        text_of(screens(Home(small_city.home), "dispute", profile=str(small_city.profile), id=number))
    )


def _tells_no_figure(text: str) -> None:
    assert not re.search(r"(应访|实访|逾期|服务对象)[^；。]*?\d+次", text)
