"""The input tables about disputes: what was registered, done, and came of it; nobody is named in them."""

import dataframely as dy
import polars as pl

from pipelines.tables.columns import (
    EARLIEST,
    EARLIEST_ON,
    HAPPENED,
    LONGEST_NUMBER,
    MOST_PEOPLE,
    MOST_YUAN,
    PLACED_FINELY,
    STORED_SMALL,
    TELLS_LATER,
    about,
    about_key,
)


class Disputes(dy.Schema):
    """One row per registered dispute and version of it. Does not hold who the parties are."""

    dispute_id = dy.String(
        max_length=LONGEST_NUMBER,
        metadata=about_key("纠纷编号", "调解中心的案件编号，一件纠纷一个编号。"),
        description="Case number at the centre.",
    )
    registered_at = dy.Datetime(
        min=EARLIEST,
        metadata=about("登记时间", "调解中心登记该纠纷的时间。") | HAPPENED,
        description="When the centre registered it.",
    )
    recorded_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=about("录入时间", "本版本录入系统的时间；为空时按登记时间计。"),
        description="When this version was entered; registered_at where empty.",
    )
    occurred_on = dy.Date(
        min=EARLIEST_ON,
        nullable=True,
        metadata=about("发生日期", "纠纷实际发生的日期，不晚于登记日。"),
        description="Day the quarrel happened.",
    )
    category = dy.String(
        metadata=about("纠纷类别", "纠纷所属的风险类别，须为“纠纷”一类。", codes="categories"),
        description="Risk category of kind dispute.",
    )
    area_code = dy.String(
        metadata=about("所属区域编码", "纠纷所在区域，任一层级均可，自动归到乡镇与县。", codes="areas")
        | PLACED_FINELY,
        description="Area of any tier.",
    )
    channel = dy.String(
        nullable=True,
        metadata=about("来源渠道", "纠纷是怎样到中心来的：窗口、网格、热线、随手拍等。", codes="channel"),
        description="How it reached the centre.",
    )
    tier = dy.String(
        nullable=True,
        metadata=about("受理层级", "受理该纠纷的层级：市、县、乡镇、村或网格。", codes="tier"),
        description="Tier that took it in.",
    )
    relation = dy.String(
        nullable=True,
        metadata=about("当事人关系", "双方之间的关系，只记关系，不记是谁。", codes="relation"),
        description="What joins the parties.",
    )
    parties_key = dy.String(
        nullable=True,
        metadata=about("当事方标识", "双方的加密标识，不分先后；由姓名在入口处加密而成，姓名不留。"),
        description="Keyed hash of the pair of parties.",
    )
    n_parties = dy.Int64(
        nullable=True,
        min=1,
        max=MOST_PEOPLE,
        metadata=about("涉及人数", "纠纷涉及的人数。"),
        description="People involved.",
    )
    amount_yuan = dy.Float64(
        nullable=True,
        min=0,
        max=MOST_YUAN,
        metadata=about("涉及金额", "争议金额，单位元。"),
        description="Amount in dispute, yuan.",
    )
    threat = dy.Bool(
        nullable=True,
        metadata=about("威胁", "受理询问单：是否有人扬言伤害对方；未问则为空。"),
        description="Checklist: a threat was made.",
    )
    violence = dy.Bool(
        nullable=True,
        metadata=about("动手", "受理询问单：是否已经动手；未问则为空。"),
        description="Checklist: blows were exchanged.",
    )
    weapon = dy.Bool(
        nullable=True,
        metadata=about("持械", "受理询问单：是否亮出或使用器械；未问则为空。"),
        description="Checklist: a weapon was shown.",
    )
    alcohol = dy.Bool(
        nullable=True,
        metadata=about("涉酒", "受理询问单：是否与饮酒有关；未问则为空。"),
        description="Checklist: alcohol played a part.",
    )
    fear = dy.Bool(
        nullable=True,
        metadata=about("当事人表示害怕", "受理询问单：当事一方是否说自己害怕；未问则为空。"),
        description="Checklist: a party says they are afraid.",
    )
    separation = dy.Bool(
        nullable=True,
        metadata=about("分居或离婚中", "受理询问单：是否正在分居或离婚；未问则为空。"),
        description="Checklist: separation or divorce under way.",
    )
    minor_involved = dy.Bool(
        nullable=True,
        metadata=about("涉未成年人", "是否涉及未成年人；涉及的转未成年人保护渠道，不参与排序。"),
        description="Involves a minor: not ranked (boundary 12).",
    )
    scale = dy.String(
        nullable=True,
        metadata=about("事件规模", "事件规模：01为个别纠纷；02、03为群体性事件，不评分。", codes="scale"),
        description="01 individual; 02 and 03 collective: not scored.",
    )
    found_after_warning = dy.Bool(
        nullable=True,
        metadata=about("因预警发现", "是否仅因预警派人上门才发现；是的不用于训练和评估。"),
        description="Found only because a warning sent somebody (boundary 14).",
    )
    due_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=about("办结期限", "应当办结的期限。"),
        description="Deadline for closing.",
    )
    withdrawn_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=about("撤销时间", "来源单位撤回该记录的时间，撤回后不再计入。") | TELLS_LATER,
        description="When the source took the record back.",
    )

    @dy.rule()
    def occurred_not_after_registered(cls) -> pl.Expr:
        return pl.col("occurred_on").is_null() | (pl.col("occurred_on") <= pl.col("registered_at").dt.date())

    @dy.rule()
    def withdrawn_not_before_registered(cls) -> pl.Expr:
        return pl.col("withdrawn_at").is_null() | (pl.col("withdrawn_at") >= pl.col("registered_at"))

    @dy.rule()
    def due_not_before_registered(cls) -> pl.Expr:
        return pl.col("due_at").is_null() | (pl.col("due_at").dt.date() >= pl.col("registered_at").dt.date())

    @dy.rule()
    def recorded_not_before_registered(cls) -> pl.Expr:
        return pl.col("recorded_at").is_null() | (pl.col("recorded_at") >= pl.col("registered_at"))


class DisputeEvents(dy.Schema):
    """One row per step in the handling of a dispute and version of it."""

    event_id = dy.String(
        max_length=LONGEST_NUMBER,
        metadata=about_key("事件编号", "办理环节的编号。"),
        description="Number of the step.",
    )
    dispute_id = dy.String(
        max_length=LONGEST_NUMBER,
        metadata=about("纠纷编号", "该环节所属的纠纷编号。"),
        description="The dispute it belongs to.",
    )
    event_at = dy.Datetime(
        min=EARLIEST,
        metadata=about("发生时间", "该环节发生的时间。") | HAPPENED,
        description="When it happened.",
    )
    recorded_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=about("录入时间", "该环节录入系统的时间；为空时按发生时间计。"),
        description="When it was entered; event_at where empty.",
    )
    event_type = dy.String(
        metadata=about("环节", "环节的种类：受理、调解、走访、结案、复开等。", codes="event_type"),
        description="Kind of step.",
    )
    tier = dy.String(
        nullable=True,
        metadata=about("受理层级", "办理该环节的层级。", codes="tier"),
        description="Tier that took the step.",
    )
    unit_id = dy.String(
        nullable=True,
        metadata=about("承办单位", "承办的调解单位，见配置中的单位表。", codes="units"),
        description="Mediation unit of the profile.",
    )
    result = dy.String(
        nullable=True,
        metadata=about("结果", "该环节的结果：达成、未达成或待定。", codes="result"),
        description="settled, failed or pending.",
    )

    @dy.rule()
    def recorded_not_before_event(cls) -> pl.Expr:
        return pl.col("recorded_at").is_null() | (pl.col("recorded_at") >= pl.col("event_at"))


class Outcomes(dy.Schema):
    """One row per recorded harm that followed a dispute, reported by anyone (boundary 11)."""

    outcome_id = dy.String(
        max_length=LONGEST_NUMBER,
        metadata=about_key("后果编号", "伤害记录的编号。"),
        description="Number of the record.",
    )
    dispute_id = dy.String(
        max_length=LONGEST_NUMBER,
        metadata=about("纠纷编号", "发生伤害之前的那件纠纷的编号。"),
        description="The dispute it followed.",
    )
    occurred_at = dy.Datetime(
        min=EARLIEST,
        metadata=about("发生时间", "伤害发生的时间。") | HAPPENED,
        description="When the harm happened.",
    )
    recorded_at = dy.Datetime(
        min=EARLIEST,
        nullable=True,
        metadata=about("录入时间", "伤害录入系统的时间；为空时按发生时间计。"),
        description="When it was entered.",
    )
    severity = dy.Int64(
        min=1,
        max=3,
        metadata=about("严重程度", "严重程度：1为有记录的肢体暴力，2为轻伤及以上，3为死亡。") | STORED_SMALL,
        description="1 any recorded violence, 2 light injury or worse, 3 death.",
    )

    @dy.rule()
    def recorded_not_before_harm(cls) -> pl.Expr:
        return pl.col("recorded_at").is_null() | (pl.col("recorded_at") >= pl.col("occurred_at"))


class Decisions(dy.Schema):
    """One row per decision on a warning, or visit noted on it, and version of it; taken back is a version.

    The platform's own record comes back as this table. It is never a feature and never a label.
    """

    decision_id = dy.String(
        max_length=LONGEST_NUMBER,
        metadata=about_key("决定编号", "决定或走访记录的编号。"),
        description="Number of the entry.",
    )
    dispute_id = dy.String(
        max_length=LONGEST_NUMBER,
        metadata=about("纠纷编号", "预警所指的纠纷编号。"),
        description="The dispute warned about.",
    )
    decided_at = dy.Datetime(
        metadata=about("决定时间", "作出决定或记下走访的时间。") | HAPPENED,
        description="When it was decided or noted.",
    )
    recorded_at = dy.Datetime(
        nullable=True,
        metadata=about("录入时间", "录入系统的时间；为空时按决定时间计。"),
        description="When it was entered; decided_at where empty.",
    )
    as_of = dy.Date(metadata=about("预警日期", "该预警所属的星期一。"), description="Monday of the warning.")
    action = dy.String(
        metadata=about("决定", "采纳、不采纳、更正或走访。", codes="decision"),
        description="accept, decline, correct or visit.",
    )
    reason = dy.String(
        nullable=True,
        metadata=about("理由", "理由，或走访的结果，从列表中选取。", codes="decision_reason"),
        description="Why, or what the visit found.",
    )
    unit_id = dy.String(
        nullable=True,
        metadata=about("承办单位", "承接该纠纷的单位。", codes="units"),
        description="Unit that takes it up.",
    )
    due_on = dy.Date(nullable=True, metadata=about("承办期限", "承办的期限。"), description="Until when.")
    visited_on = dy.Date(
        nullable=True, metadata=about("走访日期", "走访的日期。"), description="Day of the visit."
    )
    found_after_warning = dy.Bool(
        nullable=True,
        metadata=about("因预警发现", "伤害是否仅因预警派人上门才得知；是的不用于训练和评估。"),
        description="A harm came to light only because the warning sent somebody (boundary 14).",
    )
    undone = dy.Bool(
        nullable=True, metadata=about("已撤回", "该决定是否已被撤回。"), description="Taken back again."
    )
