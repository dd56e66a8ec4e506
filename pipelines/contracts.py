"""The input tables, one class each: the source of parsing, checks, data dictionary and samples.

A column here is a column the platform may hold. Names, identity numbers, phone numbers and free
text have none (boundary 6), nor has anything that describes a person (boundary 8). The personal
columns that a source may send and that are hashed at the door stand in `PAIR_COLUMNS`.

Every column's metadata carries its Chinese heading (`zh`) and, for codes, the list of
`data/reference/codes.csv` it is translated by (`codes`), `categories` for the profile's own
risk categories, or `areas` for its area codes.
"""

from datetime import datetime
from typing import Any

import dataframely as dy
import polars as pl

EARLIEST = datetime(1990, 1, 1)
"""Before this nothing was recorded anywhere; an earlier moment is a slip, such as Excel's day nought."""
MOST_PEOPLE, MOST_YUAN = 1_000_000, 10_000_000_000
"""More is no number of people and no amount, but an identity or phone number gone astray."""
EARLIEST_ON = EARLIEST.date()


def _zh(heading: str, codes: str | None = None) -> dict[str, Any]:
    return {"zh": heading, "codes": codes, "key": False}


def _key(heading: str, codes: str | None = None) -> dict[str, Any]:
    """A column that names the record; several versions of one record may come in one file."""
    return {"zh": heading, "codes": codes, "key": True}


class Disputes(dy.Schema):
    """One row per registered dispute and version of it. Does not hold who the parties are."""

    dispute_id = dy.String(metadata=_key("纠纷编号"), description="Case number at the centre.")
    registered_at = dy.Datetime(
        min=EARLIEST, metadata=_zh("登记时间"), description="When the centre registered it."
    )
    recorded_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=_zh("录入时间"),
        description="When this version was entered; registered_at where empty.",
    )
    occurred_on = dy.Date(
        min=EARLIEST_ON, nullable=True, metadata=_zh("发生日期"), description="Day the quarrel happened."
    )
    category = dy.String(metadata=_zh("纠纷类别", "categories"), description="Risk category of kind dispute.")
    area_code = dy.String(metadata=_zh("所属区域编码", "areas"), description="Area of any tier.")
    channel = dy.String(
        nullable=True, metadata=_zh("来源渠道", "channel"), description="How it reached the centre."
    )
    tier = dy.String(nullable=True, metadata=_zh("受理层级", "tier"), description="Tier that took it in.")
    relation = dy.String(
        nullable=True, metadata=_zh("当事人关系", "relation"), description="What joins the parties."
    )
    parties_key = dy.String(
        nullable=True, metadata=_zh("当事方标识"), description="Keyed hash of the pair of parties."
    )
    n_parties = dy.Int64(
        nullable=True, min=1, max=MOST_PEOPLE, metadata=_zh("涉及人数"), description="People involved."
    )
    amount_yuan = dy.Float64(
        nullable=True, min=0, max=MOST_YUAN, metadata=_zh("涉及金额"), description="Amount in dispute, yuan."
    )
    threat = dy.Bool(nullable=True, metadata=_zh("威胁"), description="Checklist: a threat was made.")
    violence = dy.Bool(nullable=True, metadata=_zh("动手"), description="Checklist: blows were exchanged.")
    weapon = dy.Bool(nullable=True, metadata=_zh("持械"), description="Checklist: a weapon was shown.")
    alcohol = dy.Bool(nullable=True, metadata=_zh("涉酒"), description="Checklist: alcohol played a part.")
    fear = dy.Bool(
        nullable=True, metadata=_zh("当事人表示害怕"), description="Checklist: a party says they are afraid."
    )
    separation = dy.Bool(
        nullable=True, metadata=_zh("分居或离婚中"), description="Checklist: separation or divorce under way."
    )
    minor_involved = dy.Bool(
        nullable=True, metadata=_zh("涉未成年人"), description="Involves a minor: not ranked (boundary 12)."
    )
    scale = dy.String(
        nullable=True,
        metadata=_zh("事件规模", "scale"),
        description="01 individual; 02 and 03 collective: not scored.",
    )
    found_after_warning = dy.Bool(
        nullable=True,
        metadata=_zh("因预警发现"),
        description="Found only because a warning sent somebody (boundary 14).",
    )
    due_at = dy.Datetime(
        min=EARLIEST, nullable=True, metadata=_zh("办结期限"), description="Deadline for closing."
    )
    withdrawn_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=_zh("撤销时间"),
        description="When the source took the record back.",
    )

    @dy.rule()
    def occurred_not_after_registered(cls) -> pl.Expr:
        return pl.col("occurred_on").is_null() | (pl.col("occurred_on") <= pl.col("registered_at").dt.date())

    @dy.rule()
    def withdrawn_not_before_registered(cls) -> pl.Expr:
        return pl.col("withdrawn_at").is_null() | (pl.col("withdrawn_at") >= pl.col("registered_at"))

    @dy.rule()
    def recorded_not_before_registered(cls) -> pl.Expr:
        return pl.col("recorded_at").is_null() | (pl.col("recorded_at") >= pl.col("registered_at"))


class DisputeEvents(dy.Schema):
    """One row per step in the handling of a dispute and version of it."""

    event_id = dy.String(metadata=_key("事件编号"), description="Number of the step.")
    dispute_id = dy.String(metadata=_zh("纠纷编号"), description="The dispute it belongs to.")
    event_at = dy.Datetime(min=EARLIEST, metadata=_zh("发生时间"), description="When it happened.")
    recorded_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=_zh("录入时间"),
        description="When it was entered; event_at where empty.",
    )
    event_type = dy.String(metadata=_zh("环节", "event_type"), description="Kind of step.")
    tier = dy.String(nullable=True, metadata=_zh("受理层级", "tier"), description="Tier that took the step.")
    unit_id = dy.String(nullable=True, metadata=_zh("承办单位"), description="Mediation unit of the profile.")
    result = dy.String(
        nullable=True, metadata=_zh("结果", "result"), description="settled, failed or pending."
    )

    @dy.rule()
    def recorded_not_before_event(cls) -> pl.Expr:
        return pl.col("recorded_at").is_null() | (pl.col("recorded_at") >= pl.col("event_at"))


class Outcomes(dy.Schema):
    """One row per recorded harm that followed a dispute, reported by anyone (boundary 11)."""

    outcome_id = dy.String(metadata=_key("后果编号"), description="Number of the record.")
    dispute_id = dy.String(metadata=_zh("纠纷编号"), description="The dispute it followed.")
    occurred_at = dy.Datetime(min=EARLIEST, metadata=_zh("发生时间"), description="When the harm happened.")
    recorded_at = dy.Datetime(
        min=EARLIEST, nullable=True, metadata=_zh("录入时间"), description="When it was entered."
    )
    severity = dy.Int64(
        min=1,
        max=3,
        metadata=_zh("严重程度"),
        description="1 any recorded violence, 2 light injury or worse, 3 death.",
    )

    @dy.rule()
    def recorded_not_before_harm(cls) -> pl.Expr:
        return pl.col("recorded_at").is_null() | (pl.col("recorded_at") >= pl.col("occurred_at"))


class GridReports(dy.Schema):
    """One row per report by a grid worker or a resident and version of it."""

    report_id = dy.String(metadata=_key("上报编号"), description="Number of the report.")
    reported_at = dy.Datetime(min=EARLIEST, metadata=_zh("上报时间"), description="When it was reported.")
    recorded_at = dy.Datetime(
        min=EARLIEST, nullable=True, metadata=_zh("录入时间"), description="When it was entered."
    )
    area_code = dy.String(metadata=_zh("所属区域编码", "areas"), description="Area of any tier.")
    report_type = dy.String(metadata=_zh("类型", "report_type"), description="What it is about.")
    channel = dy.String(
        nullable=True, metadata=_zh("来源渠道", "report_channel"), description="Grid worker or snapshot."
    )
    first_response_at = dy.Datetime(
        min=EARLIEST, nullable=True, metadata=_zh("首次响应"), description="First answer."
    )
    closed_at = dy.Datetime(
        min=EARLIEST, nullable=True, metadata=_zh("办结时间"), description="When it was dealt with."
    )
    resolved = dy.Bool(nullable=True, metadata=_zh("是否解决"), description="Whether it was solved.")
    satisfaction = dy.Int64(nullable=True, min=1, max=5, metadata=_zh("满意度"), description="1 to 5.")

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

    area_code = dy.String(metadata=_zh("所属区域编码", "areas"), description="Area of any tier.")
    service = dy.String(metadata=_zh("服务类别", "services"), description="Risk category of kind service.")
    visit_due_on = dy.Date(min=EARLIEST_ON, metadata=_zh("应访日期"), description="Day the visit was due.")
    visited_on = dy.Date(
        min=EARLIEST_ON, nullable=True, metadata=_zh("实访日期"), description="Day it was made."
    )
    recorded_at = dy.Datetime(
        min=EARLIEST, nullable=True, metadata=_zh("录入时间"), description="When the visit was entered."
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

    area_code = dy.String(metadata=_key("所属区域编码", "areas"), description="Township.")
    service = dy.String(metadata=_key("服务类别", "services"), description="Risk category of kind service.")
    week = dy.Date(
        min=EARLIEST_ON, metadata=_key("周"), description="Monday of the week the visits were due."
    )
    due = dy.Int64(min=0, max=MOST_PEOPLE, metadata=_zh("应访数"), description="Visits due.")
    done = dy.Int64(
        min=0, max=MOST_PEOPLE, metadata=_zh("实访数"), description="Of those, made by the end of the week."
    )
    overdue = dy.Int64(
        min=0, max=MOST_PEOPLE, metadata=_zh("逾期数"), description="Visits overdue at the end of the week."
    )
    caseload = dy.Int64(
        nullable=True,
        min=0,
        max=MOST_PEOPLE,
        metadata=_zh("服务对象数"),
        description="People entitled to visits.",
    )
    workers = dy.Int64(nullable=True, min=0, metadata=_zh("服务人员数"), description="Care workers.")

    @dy.rule()
    def done_not_more_than_due(cls) -> pl.Expr:
        return pl.col("done") <= pl.col("due")


class Outreach(dy.Schema):
    """One row per legal-education or council session held."""

    event_on = dy.Date(min=EARLIEST_ON, metadata=_zh("活动日期"), description="Day of the session.")
    area_code = dy.String(metadata=_zh("所属区域编码", "areas"), description="Area of any tier.")
    kind = dy.String(metadata=_zh("活动类型", "outreach_kind"), description="Kind of session.")
    attendance = dy.Int64(
        nullable=True, min=0, max=MOST_PEOPLE, metadata=_zh("参加人数"), description="People present."
    )


class Volunteers(dy.Schema):
    """One row per area and counting day."""

    area_code = dy.String(metadata=_key("所属区域编码", "areas"), description="Area of any tier.")
    as_of_on = dy.Date(min=EARLIEST_ON, metadata=_key("统计日期"), description="Day of the count.")
    count = dy.Int64(min=0, max=MOST_PEOPLE, metadata=_zh("志愿者人数"), description="Registered volunteers.")


class Decisions(dy.Schema):
    """One row per decision on a warning, or visit noted on it, and version of it; taken back is a version.

    The platform's own record comes back as this table. It is never a feature and never a label.
    """

    decision_id = dy.String(metadata=_key("决定编号"), description="Number of the entry.")
    dispute_id = dy.String(metadata=_zh("纠纷编号"), description="The dispute warned about.")
    decided_at = dy.Datetime(metadata=_zh("决定时间"), description="When it was decided or noted.")
    recorded_at = dy.Datetime(
        nullable=True, metadata=_zh("录入时间"), description="When it was entered; decided_at where empty."
    )
    as_of = dy.Date(metadata=_zh("预警日期"), description="Monday of the warning.")
    action = dy.String(metadata=_zh("决定", "decision"), description="accept, decline, correct or visit.")
    reason = dy.String(
        nullable=True, metadata=_zh("理由", "decision_reason"), description="Why, or what the visit found."
    )
    unit_id = dy.String(nullable=True, metadata=_zh("承办单位"), description="Unit that takes it up.")
    due_on = dy.Date(nullable=True, metadata=_zh("承办期限"), description="Until when.")
    visited_on = dy.Date(nullable=True, metadata=_zh("走访日期"), description="Day of the visit.")
    found_after_warning = dy.Bool(
        nullable=True,
        metadata=_zh("因预警发现"),
        description="A harm came to light only because the warning sent somebody (boundary 14).",
    )
    undone = dy.Bool(nullable=True, metadata=_zh("已撤回"), description="Taken back again.")


TABLES: dict[str, type[dy.Schema]] = {
    "disputes": Disputes,
    "dispute_events": DisputeEvents,
    "outcomes": Outcomes,
    "grid_reports": GridReports,
    "service_visits": ServiceVisits,
    "service_coverage": ServiceCoverage,
    "outreach": Outreach,
    "volunteers": Volunteers,
    "decisions": Decisions,
}

PAIR_COLUMNS = {"party_a": "甲方", "party_b": "乙方"}
"""Columns of `disputes` that a source may send; hashed into `parties_key`, order-free, then dropped."""


def key_columns(table: str) -> list[str]:
    """The columns that together name a record of this table; every column where none is marked."""
    columns = TABLES[table].columns()
    marked = [name for name, column in columns.items() if (column.metadata or {}).get("key")]
    return marked or list(columns)


def required_columns(table: str) -> list[str]:
    """The columns without which a file of this table is refused."""
    return [name for name, column in TABLES[table].columns().items() if not column.nullable]
