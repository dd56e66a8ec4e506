"""What a heading may not be proposed for, whatever it is like."""

import pytest

from pipelines.mapping.heading_roles import may_become, roles_of
from pipelines.mapping.heading_suggestions import suggest

CLOSINGS = (
    "结案日期", "结案时间", "办结时间", "办结日期", "完结时间", "办理完毕时间", "调解结束时间", "销号日期", "闭环时间", "归档日期", "审结日",
    "closed_date", "closedate", "Closed", "date closed", "CloseDate", "closing_time", "end_date", "EndTime", "resolved_on",
    "resolution_date", "completed_at", "completion date", "finished", "concluded_on", "disposed date",
)  # fmt: skip
CHANGES = (
    "更新时间", "最后更新时间", "修改时间", "最近修改日期", "变更时间", "最后操作时间", "编辑时间", "数据更新日期",
    "updated", "updated_at", "last_updated", "LastModified", "modified on", "last change", "date_changed", "mtime",
)  # fmt: skip
PERSONS = (
    "经办人", "承办人员", "调解员", "受理人", "录入人", "责任人", "网格员", "处理人员", "当事人姓名", "报案人", "来电人", "签收人",
    "handler", "assigned_to", "created by", "officer", "case worker name", "mediator", "owner", "user", "Resource", "resident",
)  # fmt: skip
DEADLINES = (
    "办结期限",
    "办理时限",
    "截止日期",
    "应办结时间",
    "限期办结日期",
    "due_date",
    "deadline",
    "target close date",
)


@pytest.mark.parametrize("heading", CLOSINGS)
def test_a_closing_becomes_no_other_moment(heading: str) -> None:
    assert "closing" in roles_of(heading)
    for column in ("recorded_at", "registered_at", "occurred_on", "due_at", "withdrawn_at"):
        assert not may_become(heading, "disputes", column)
    assert may_become(heading, "grid_reports", "closed_at")


@pytest.mark.parametrize("heading", CHANGES)
def test_a_last_change_becomes_no_moment_at_all(heading: str) -> None:
    columns = ("recorded_at", "registered_at", "occurred_on", "due_at", "withdrawn_at")
    assert not [c for c in columns if may_become(heading, "disputes", c)]
    assert not may_become(heading, "dispute_events", "event_at")


@pytest.mark.parametrize("heading", PERSONS)
def test_a_persons_column_becomes_nothing(heading: str) -> None:
    for table in ("disputes", "dispute_events", "grid_reports"):
        assert not suggest([heading], table)


@pytest.mark.parametrize("heading", DEADLINES)
def test_a_deadline_is_no_closing(heading: str) -> None:
    assert "closing" not in roles_of(heading)
    assert may_become(heading, "disputes", "due_at")
    assert not may_become(heading, "grid_reports", "closed_at")


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("district_name", "area_code"), ("涉及人数", "n_parties"), ("录入时间", "recorded_at"), ("entry date", "recorded_at"),
        ("申请人", "party_a"), ("被申请人", "party_b"), ("撤销时间", "withdrawn_at"), ("Case No", "dispute_id"),
        ("流水号", "dispute_id"), ("当事人关系", "relation"),
    ],
)  # fmt: skip
def test_what_an_honest_heading_may_become_stays(heading: str, column: str) -> None:
    assert may_become(heading, "disputes", column)


@pytest.mark.parametrize("heading", ["序号", "行号", "No.", "Row", "line number", "Nr"])
def test_a_running_number_is_no_record_number(heading: str) -> None:
    assert not may_become(heading, "disputes", "dispute_id")
