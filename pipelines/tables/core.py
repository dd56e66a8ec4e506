"""The core tables of the warehouse: a class each, made from the input table's; their DDL, keys and times.

A core table holds every version of a record: the input table's columns but `recorded_at`, the places that its area
rolls up to, and the columns of `Versioned`.
"""

from collections.abc import Mapping
from typing import Any

import dataframely as dy
import polars as pl

from pipelines.tables.columns import about, about_key
from pipelines.tables.contracts import TABLES, key_columns
from pipelines.tables.ddl import create_table

CORE_TABLES = {
    "disputes": "core_dispute",
    "dispute_events": "core_dispute_event",
    "outcomes": "core_outcome",
    "grid_reports": "core_grid_report",
    "service_coverage": "core_service_coverage",
    "outreach": "core_outreach",
    "volunteers": "core_volunteer",
    "decisions": "core_decision",
}
"""Input table to core table. `service_visits` becomes `core_service_coverage` while it is read."""


class Versioned(dy.Schema):
    """When a version of a record could be known, and the file that brought it."""

    first_known_at = dy.Datetime(
        metadata=about("最早得知时间", "平台最早可能得知该记录的时间。"),
        description="When the platform could first know the record.",
    )
    known_at = dy.Datetime(
        metadata=about("得知时间", "平台可能得知该版本的时间。"),
        description="When it could know this version.",
    )
    superseded_at = dy.Datetime(
        nullable=True,
        metadata=about("被替代时间", "下一版本取代该版本的时间；空为现行版本。"),
        description="When the next version replaced it; null: still in force.",
    )
    file_id = dy.String(
        metadata=about("文件标识", "带来该版本的文件。"), description="The file that brought it."
    )


class CoreArea(dy.Schema):
    """Areas of the profile, from city down to grid."""

    area_code = dy.String(
        primary_key=True, metadata=about_key("区域编码", "区域编码。"), description="Code of the area."
    )
    name_zh = dy.String(nullable=True, metadata=about("名称", "中文名称。"), description="Chinese name.")
    name_en = dy.String(nullable=True, metadata=about("英文名称", "英文名称。"), description="English name.")
    tier = dy.String(
        nullable=True, metadata=about("层级", "区域层级。", codes="tier"), description="Its tier."
    )
    parent_code = dy.String(
        nullable=True, metadata=about("上级编码", "上级区域。", codes="areas"), description="Area it lies in."
    )
    population = dy.Int64(
        nullable=True, metadata=about("人口", "常住人口。"), description="People living there."
    )
    households = dy.Int64(nullable=True, metadata=about("户数", "户数。"), description="Households.")
    urban = dy.Bool(nullable=True, metadata=about("城镇", "是否城镇。"), description="Urban, else rural.")
    lon = dy.Float64(nullable=True, metadata=about("经度", "中心点经度。"), description="Longitude.")
    lat = dy.Float64(nullable=True, metadata=about("纬度", "中心点纬度。"), description="Latitude.")
    village_code = dy.String(nullable=True, metadata=about("所在村", "所在村。"), description="Its village.")
    township_code = dy.String(
        nullable=True, metadata=about("所在乡镇", "所在乡镇（街道）。"), description="Its township."
    )
    county_code = dy.String(
        nullable=True, metadata=about("所在县", "所在县（市、区）。"), description="Its county."
    )


class CoreUnit(dy.Schema):
    """Mediation units of the profile."""

    unit_id = dy.String(
        primary_key=True, metadata=about_key("单位编号", "调解单位编号。"), description="Number of the unit."
    )
    name_zh = dy.String(nullable=True, metadata=about("名称", "名称。"), description="Chinese name.")
    kind = dy.String(
        nullable=True, metadata=about("类别", "单位类别。", codes="unit_kind"), description="Kind of unit."
    )
    tier = dy.String(
        nullable=True, metadata=about("层级", "单位层级。", codes="tier"), description="Its tier."
    )
    area_code = dy.String(
        nullable=True, metadata=about("所在区域", "所在区域。", codes="areas"), description="Where it stands."
    )
    weekly_capacity = dy.Int32(
        nullable=True,
        metadata=about("每周承接数", "每周能承接的件数。"),
        description="Cases it takes up in a week.",
    )
    specialities = dy.String(
        nullable=True, metadata=about("擅长", "擅长的纠纷类别。"), description="Categories it knows best."
    )
    township_code = dy.String(
        nullable=True, metadata=about("所在乡镇", "所在乡镇（街道）。"), description="Its township."
    )
    county_code = dy.String(
        nullable=True, metadata=about("所在县", "所在县（市、区）。"), description="Its county."
    )


def core_columns(table: str) -> dict[str, dy.Column]:
    """The columns of an input table's core table, by name and in order."""
    columns: dict[str, dy.Column] = {}
    for name, column in TABLES[table].columns().items():
        said: Mapping[str, Any] = column.metadata or {}
        if name != "recorded_at":
            columns[said.get("stored_as", name)] = column
        for place in said.get("placed", ()):
            columns[place] = CoreArea.columns()[place] if place != "grid_code" else _GRID
    return columns | Versioned.columns()


_GRID = dy.String(nullable=True, metadata=about("所在网格", "所在网格。"), description="Its grid.")

CORE: dict[str, type[dy.Schema]] = {
    core: type(core, (dy.Schema,), core_columns(table) | {"__doc__": TABLES[table].__doc__})
    for table, core in CORE_TABLES.items()
}
"""Every versioned core table's class; the document is that of the input table."""

PLACES: dict[str, type[dy.Schema]] = {"core_area": CoreArea, "core_unit": CoreUnit}
"""The tables taken from the profile, which have no versions."""


def core_ddl() -> str:
    """The statements that make every core table where it is missing."""
    return "\n".join(create_table(core, table) for core, table in (PLACES | CORE).items())


def core_key(table: str) -> list[str]:
    """The columns of an input table's core table that name a record; at most one version of it is in force."""
    columns = TABLES[table].columns()
    return [(columns[name].metadata or {}).get("stored_as", name) for name in key_columns(table)]


def happened_column(table: str) -> str:
    """The column of an input table that says when what a record tells happened; a day or week's first moment."""
    return _happened(table)[0]


def happened_sql(table: str) -> str:
    """When what a record of an input table tells had happened, in SQL over its core table; a day or week when it is over."""
    name, seconds = _happened(table)
    return f"{name} + interval {seconds} second" if seconds else name


def happened(table: str) -> pl.Expr:
    """The same over the columns of the input table."""
    name, seconds = _happened(table)
    moment = pl.col(name).cast(pl.Datetime("us"))
    return moment + pl.duration(seconds=seconds) if seconds else moment


def _happened(table: str) -> tuple[str, int]:
    """The column marked so, and how many seconds after it begins it is over."""
    columns = {name: column.metadata or {} for name, column in TABLES[table].columns().items()}
    return next((name, said["over_after"]) for name, said in columns.items() if "over_after" in said)


def later_columns(table: str) -> dict[str, tuple[str, ...]]:
    """The moments of an input table that may lie after the record was made, each with the columns that hang on it."""
    columns = {name: column.metadata or {} for name, column in TABLES[table].columns().items()}
    return {
        name: tuple(other for other, hung in columns.items() if hung.get("hangs_on") == name)
        for name, said in columns.items()
        if said.get("later")
    }
