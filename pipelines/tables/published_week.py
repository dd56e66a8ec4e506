"""The published tables of the week's disputes: the ranked list, and what is shown beside each warning.

No row is about a person; what is personal never passed the door.
"""

from typing import Any

import dataframely as dy

from pipelines.tables.columns import output

PROBABILITY: dict[str, Any] = {"nullable": True, "min": 0, "max": 1}
NO_MODEL = "Null without a model that may be used."
LEVEL_ZH = "预警级别：红、橙、黄、蓝。"
MONDAY = "Monday of the week.", "所属周的星期一。"
NUMBER = "Case number at the centre.", "调解中心的案件编号。"
CATEGORY = "Risk category of kind dispute.", "纠纷的风险类别。"
VERSION = "Model that was used, or what stood in for one.", "所用模型的版本；没有可用模型时为替代做法的名称。"
SYNTHETIC = "Whether the data are made up.", "数据是否为模拟数据。"


class DisputeWarnings(dy.Schema):
    """Every dispute at risk that may be ranked, with chance, level, reasons and the offer.

    每件处于风险期、可以排序的纠纷：概率、级别、理由和建议。
    """

    as_of = output(dy.Date, *MONDAY)
    rank = output(
        dy.Int32, "Place among all at risk, 1 the first.", "在全部风险纠纷中的名次，1为第一。", min=1
    )
    listed = output(dy.Bool, "On one of the week's lists.", "是否列入本周某一份名单。")
    list_tier = output(
        dy.String,
        "Whose list: city, county or township, the first that has room for it; null off every list.",
        "列入哪一级的名单：市、县或乡镇，取最先容得下的一级；未列入为空。",
        codes="tier",
        nullable=True,
    )
    list_area = output(
        dy.String,
        "Area whose list it is; null off every list.",
        "名单所属的区域；未列入为空。",
        codes="areas",
        nullable=True,
    )
    list_position = output(
        dy.Int32,
        "Place on that list, 1 the first.",
        "在该名单上的位次，1为第一。",
        nullable=True,
        min=1,
        reader="analysts",
    )
    selection = output(
        dy.String,
        "Why listed: ranked, or drawn at random from below the line (boundary 14); null off the list.",
        "列入的原因：按名次，或从线下随机抽取；未列入为空。",
        codes="selection",
        nullable=True,
    )
    dispute_id = output(dy.String, *NUMBER, key=True)
    category = output(dy.String, *CATEGORY, codes="categories")
    area_code = output(dy.String, "Area of any tier.", "纠纷所在区域，任一层级。", codes="areas")
    township_code = output(
        dy.String, "Township of the area.", "所在乡镇（街道）。", codes="areas", nullable=True
    )
    county_code = output(dy.String, "County of the area.", "所在县（市、区）。", codes="areas", nullable=True)
    probability = output(
        dy.Float64,
        "Calibrated chance of an outcome within the horizon.",
        "预测期内发生后果的概率（经校准）。",
        caveat=f"{NO_MODEL} No evidence against anybody.",
        **PROBABILITY,
    )
    probability_low = output(
        dy.Float64, "Low end of its 90 % interval.", "概率90%区间的下限。", caveat=NO_MODEL, **PROBABILITY
    )
    probability_high = output(
        dy.Float64, "High end of its 90 % interval.", "概率90%区间的上限。", caveat=NO_MODEL, **PROBABILITY
    )
    level = output(
        dy.String,
        "red, orange, yellow or blue; red never more than capacity.",
        LEVEL_ZH + "红色不超过办理能力。",
        codes="level",
        caveat=NO_MODEL,
        nullable=True,
    )
    base_rate = output(
        dy.Float64,
        "How often disputes of its category had an outcome.",
        "同类纠纷发生后果的平常比例。",
        caveat=NO_MODEL,
        **PROBABILITY,
    )
    lift = output(
        dy.Float64,
        "Chance over base rate.",
        "概率是平常比例的几倍。",
        unit="times",
        caveat=NO_MODEL,
        nullable=True,
        min=0,
        reader="analysts",
    )
    reasons = output(
        dy.List,
        "What moved the chance most: feature, its value, contribution in log odds, and the sentence.",
        "对概率影响最大的因素：特征、取值、贡献和说明。",
        caveat="Of listed disputes and those near the top; else empty.",
        inner=dy.Struct(
            {
                "feature": dy.String(),
                "value": dy.Float64(nullable=True, allow_nan=True),
                "contribution": dy.Float64(),
                "text_zh": dy.String(),
                "text_en": dy.String(),
            }
        ),
    )
    recommendation = output(
        dy.String, "What to offer, from a closed list (boundary 9).", "建议提供的帮助，取自固定清单。"
    )
    days_open = output(dy.Int64, "Since registration.", "登记以来的天数。", unit="days")
    is_open = output(dy.Bool, "Open; else closed and still watched.", "是否未结；否则为已结、仍在观察。")
    is_domestic = output(
        dy.Bool,
        "Signs of domestic violence: a page of its own, never joint mediation (boundary 12).",
        "有家庭暴力迹象：单独页面，不作共同调解。",
    )
    channel = output(dy.String, "How it reached the centre.", "来源渠道。", codes="channel", nullable=True)
    tier_now = output(dy.String, "Tier it has reached.", "目前所在层级。", codes="tier", nullable=True)
    model_version = output(dy.String, *VERSION)
    synthetic = output(dy.Bool, *SYNTHETIC)


class DisputeTimeline(dy.Schema):
    """The recorded steps of those disputes, in time order.

    这些纠纷已记录的办理环节，按时间排列。
    """

    dispute_id = output(dy.String, *NUMBER)
    happened_at = output(dy.Datetime, "When the step happened.", "环节发生的时间。")
    known_at = output(dy.Datetime, "When it could first be known here.", "平台最早得知的时间。")
    kind = output(
        dy.String,
        "Kind of step; also registered, reregistered and outcome.",
        "环节的种类，含登记、重复登记和后果。",
        codes="event_type",
    )
    tier = output(dy.String, "Tier that took the step.", "办理该环节的层级。", codes="tier", nullable=True)
    unit_id = output(dy.String, "Mediation unit.", "承办的调解单位。", codes="units", nullable=True)
    result = output(
        dy.String, "settled, failed or pending.", "结果：达成、未达成或待定。", codes="result", nullable=True
    )


def _asked(meaning_en: str, meaning_zh: str) -> dy.Bool:
    return output(
        dy.Bool,
        f"Checklist: {meaning_en}",
        f"受理询问单：{meaning_zh}",
        caveat="Null: not asked, which is not no.",
        nullable=True,
    )


class DisputeFacts(dy.Schema):
    """What is recorded about each of those disputes now.

    这些纠纷目前的登记内容。
    """

    dispute_id = output(dy.String, *NUMBER, key=True)
    is_open = output(dy.Bool, "Open; else closed and still watched.", "是否未结；否则为已结、仍在观察。")
    is_domestic = output(dy.Bool, "Signs of domestic violence.", "有家庭暴力迹象。")
    registered_at = output(dy.Datetime, "When the centre registered it.", "登记时间。", nullable=True)
    due_at = output(dy.Datetime, "Deadline for closing.", "办结期限。", nullable=True)
    amount_yuan = output(dy.Float64, "Amount in dispute.", "争议金额。", unit="yuan", nullable=True)
    n_parties = output(dy.Int64, "People involved.", "涉及人数。", nullable=True)
    tier = output(dy.String, "Tier that took it in.", "受理层级。", codes="tier", nullable=True)
    relation = output(dy.String, "What joins the parties.", "当事人关系。", codes="relation", nullable=True)
    channel = output(dy.String, "How it reached the centre.", "来源渠道。", codes="channel", nullable=True)
    threat = _asked("a threat was made.", "是否有人扬言伤害对方。")
    violence = _asked("blows were exchanged.", "是否已经动手。")
    weapon = _asked("a weapon was shown.", "是否亮出或使用器械。")
    alcohol = _asked("alcohol played a part.", "是否与饮酒有关。")
    fear = _asked("a party says they are afraid.", "当事一方是否说自己害怕。")
    separation = _asked("separation or divorce under way.", "是否正在分居或离婚。")


class LastWeek(dy.Schema):
    """What became of the list before this one.

    上一期名单后来的情况。
    """

    listed_on = output(dy.Date, "Monday of that list.", "该名单所属的星期一。")
    dispute_id = output(dy.String, *NUMBER, key=True)
    rank = output(dy.Int32, "Its rank then.", "当时的名次。", min=1)
    level = output(dy.String, "Its level then.", "当时的级别。", codes="level", nullable=True)
    selection = output(
        dy.String,
        "Why listed; null where only on the list of those who do not see domestic violence.",
        "列入的原因；只在不含家庭暴力的名单上则为空。",
        codes="selection",
        nullable=True,
    )
    category = output(dy.String, *CATEGORY, codes="categories")
    area_code = output(dy.String, "Area of any tier.", "纠纷所在区域，任一层级。", codes="areas")
    county_code = output(dy.String, "County of the area.", "所在县（市、区）。", codes="areas", nullable=True)
    is_domestic = output(dy.Bool, "Signs of domestic violence.", "有家庭暴力迹象。")
    action = output(
        dy.String,
        "accept, decline or correct; null where nobody decided.",
        "决定：采纳、不采纳或更正；无人决定为空。",
        codes="decision",
        nullable=True,
    )
    reason = output(dy.String, "Why.", "理由。", codes="decision_reason", nullable=True)
    unit_id = output(dy.String, "Unit that took it up.", "承接的单位。", codes="units", nullable=True)
    due_on = output(dy.Date, "Until when.", "承办的期限。", nullable=True)
    visited_on = output(
        dy.Date, "Day of the visit; null where none was noted.", "走访日期；没有记录为空。", nullable=True
    )
    visit_result = output(
        dy.String, "What the visit found.", "走访的结果。", codes="decision_reason", nullable=True
    )
    contacted_at = output(
        dy.Datetime,
        "First mediation, visit, follow-up or consultation since.",
        "此后第一次调解、走访、回访或会商的时间。",
        nullable=True,
    )
    is_closed = output(dy.Bool, "Closed by now.", "现已办结。")
    harmed = output(dy.Bool, "The outcome to be prevented came since.", "此后发生了要预防的后果。")
