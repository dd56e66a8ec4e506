"""The input tables about places: reports, care services, outreach and volunteers; counts and places, no person."""

import dataframely as dy
import polars as pl

from pipelines.tables.columns import (
    EARLIEST,
    EARLIEST_ON,
    HAPPENED,
    HAPPENED_DAY_OVER,
    HAPPENED_WEEK_OVER,
    LONGEST_NUMBER,
    MOST_PEOPLE,
    PLACED,
    STORED_SMALL,
    TELLS_LATER,
    about,
    about_key,
    hangs_on,
)


class GridReports(dy.Schema):
    """One row per report by a grid worker or a resident and version of it."""

    report_id = dy.String(
        max_length=LONGEST_NUMBER,
        metadata=about_key("上报编号", "上报事件的编号。"),
        description="Number of the report.",
    )
    reported_at = dy.Datetime(
        min=EARLIEST,
        metadata=about("上报时间", "网格员或居民上报的时间。") | HAPPENED,
        description="When it was reported.",
    )
    recorded_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=about("录入时间", "录入系统的时间；为空时按上报时间计。"),
        description="When it was entered.",
    )
    area_code = dy.String(
        metadata=about("所属区域编码", "上报事件所在区域，任一层级均可。", codes="areas") | PLACED,
        description="Area of any tier.",
    )
    report_type = dy.String(
        metadata=about("类型", "上报事件的类型。", codes="report_type"), description="What it is about."
    )
    channel = dy.String(
        nullable=True,
        metadata=about("来源渠道", "由网格员上报还是由居民随手拍上报。", codes="report_channel"),
        description="Grid worker or snapshot.",
    )
    first_response_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=about("首次响应", "第一次回应的时间，不早于上报。") | TELLS_LATER,
        description="First answer.",
    )
    closed_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=about("办结时间", "办结的时间，不早于上报。") | TELLS_LATER,
        description="When it was dealt with.",
    )
    resolved = dy.Bool(
        nullable=True,
        metadata=about("是否解决", "问题是否得到解决。") | hangs_on("closed_at"),
        description="Whether it was solved.",
    )
    satisfaction = dy.Int64(
        nullable=True,
        min=1,
        max=5,
        metadata=about("满意度", "上报人的满意度，1到5分。") | STORED_SMALL | hangs_on("closed_at"),
        description="1 to 5.",
    )

    @dy.rule()
    def recorded_not_before_report(cls) -> pl.Expr:
        return pl.col("recorded_at").is_null() | (pl.col("recorded_at") >= pl.col("reported_at"))

    @dy.rule()
    def response_not_before_report(cls) -> pl.Expr:
        return pl.col("first_response_at").is_null() | (pl.col("first_response_at") >= pl.col("reported_at"))

    @dy.rule()
    def closed_not_before_report(cls) -> pl.Expr:
        return pl.col("closed_at").is_null() | (pl.col("closed_at") >= pl.col("reported_at"))


class ServiceVisits(dy.Schema):
    """One row per care visit due. Never stored: aggregated while it is read (boundary 2)."""

    area_code = dy.String(
        metadata=about("所属区域编码", "服务所在区域，须能归到乡镇。", codes="areas"),
        description="Area of any tier.",
    )
    service = dy.String(
        metadata=about("服务类别", "服务类别，须为“服务”一类。", codes="services"),
        description="Risk category of kind service.",
    )
    visit_due_on = dy.Date(
        min=EARLIEST_ON,
        metadata=about("应访日期", "按规定应当走访的日期。"),
        description="Day the visit was due.",
    )
    visited_on = dy.Date(
        min=EARLIEST_ON,
        nullable=True,
        metadata=about("实访日期", "实际走访的日期；未走访则为空。") | HAPPENED,
        description="Day it was made.",
    )
    recorded_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=about("录入时间", "走访录入系统的时间。"),
        description="When the visit was entered.",
    )

    @dy.rule()
    def recorded_not_before_visit(cls) -> pl.Expr:
        return (
            pl.col("recorded_at").is_null()
            | pl.col("visited_on").is_null()
            | (pl.col("recorded_at").dt.date() >= pl.col("visited_on"))
        )


class ServiceCoverage(dy.Schema):
    """One row per township, service and week (its Monday): the ledger already aggregated."""

    area_code = dy.String(
        metadata=about_key("所属区域编码", "服务所在的乡镇或街道。", codes="areas")
        | {"stored_as": "township_code"},
        description="Township.",
    )
    service = dy.String(
        metadata=about_key("服务类别", "服务类别，须为“服务”一类。", codes="services"),
        description="Risk category of kind service.",
    )
    week = dy.Date(
        min=EARLIEST_ON,
        metadata=about_key("周", "应访所在周的星期一。") | HAPPENED_WEEK_OVER,
        description="Monday of the week the visits were due.",
    )
    due = dy.Int64(
        min=0, max=MOST_PEOPLE, metadata=about("应访数", "本周应访次数。"), description="Visits due."
    )
    done = dy.Int64(
        min=0,
        max=MOST_PEOPLE,
        metadata=about("实访数", "其中到本周末已完成的次数，不多于应访。"),
        description="Of those, made by the end of the week.",
    )
    overdue = dy.Int64(
        min=0,
        max=MOST_PEOPLE,
        metadata=about("逾期数", "到本周末逾期未访的次数。"),
        description="Visits overdue at the end of the week.",
    )
    caseload = dy.Int64(
        nullable=True,
        min=0,
        max=MOST_PEOPLE,
        metadata=about("服务对象数", "享有该项服务的人数。"),
        description="People entitled to visits.",
    )
    workers = dy.Int64(
        nullable=True,
        min=0,
        metadata=about("服务人员数", "从事该项服务的工作人员数。"),
        description="Care workers.",
    )

    @dy.rule()
    def done_not_more_than_due(cls) -> pl.Expr:
        return pl.col("done") <= pl.col("due")


class Outreach(dy.Schema):
    """One row per legal-education or council session held."""

    event_on = dy.Date(
        min=EARLIEST_ON,
        metadata=about("活动日期", "活动举行的日期。") | HAPPENED_DAY_OVER,
        description="Day of the session.",
    )
    area_code = dy.String(
        metadata=about("所属区域编码", "活动所在区域，任一层级均可。", codes="areas") | PLACED,
        description="Area of any tier.",
    )
    kind = dy.String(
        metadata=about("活动类型", "活动的种类：法治宣讲、村民议事等。", codes="outreach_kind"),
        description="Kind of session.",
    )
    attendance = dy.Int64(
        nullable=True,
        min=0,
        max=MOST_PEOPLE,
        metadata=about("参加人数", "到场参加的人数。"),
        description="People present.",
    )


class Volunteers(dy.Schema):
    """One row per area and counting day."""

    as_of_on = dy.Date(
        min=EARLIEST_ON,
        metadata=about_key("统计日期", "统计的日期。") | HAPPENED_DAY_OVER,
        description="Day of the count.",
    )
    area_code = dy.String(
        metadata=about_key("所属区域编码", "志愿者所在区域，任一层级均可。", codes="areas") | PLACED,
        description="Area of any tier.",
    )
    count = dy.Int64(
        min=0,
        max=MOST_PEOPLE,
        metadata=about("志愿者人数", "登记在册的志愿者人数。"),
        description="Registered volunteers.",
    )
