"""The published tables about handling: tiers, kinds of mediation, units, similar cases, periods; none ranks a unit."""

import dataframely as dy

from pipelines.tables.columns import output
from pipelines.tables.published_places import SHARE

DAYS = (
    "Days to the first closing, by which half were closed; open ones count as longer than so far.",
    "到第一次办结的天数（半数已办结时）；未结的按尚未结束计。",
)
LOW, HIGH = (
    ("Low end of its 90 % interval.", "其90%区间的下限。"),
    ("High end of its 90 % interval.", "其90%区间的上限。"),
)
SETTLED = "Settled, of those no longer open.", "不再办理的纠纷中达成调解的比例。"
BACK = "Came back: reopened or registered again.", "复开或重复登记的比例。"


def _count(meaning_en: str, meaning_zh: str, *, reader: str | None = None) -> dy.Int64:
    return output(dy.Int64, meaning_en, meaning_zh, unit="disputes", min=0, reader=reader)


def _days(meaning: tuple[str, str]) -> dy.Float64:
    return output(dy.Float64, *meaning, unit="days", nullable=True, min=0)


class _Handled(dy.Schema):
    """What both funnels count of a year's disputes."""

    disputes = _count("Registered in the 52 weeks before.", "此前52周登记的件数。")
    settled = _count("Closed as settled.", "以达成结案的件数。", reader="analysts")
    open = _count("Still open.", "尚未办结的件数。")
    referred_up = _count("Referred up at some time.", "曾向上转办的件数。")
    came_back = _count(*BACK, reader="analysts")
    settled_share = output(dy.Float64, *SETTLED, **SHARE)
    settled_share_low = output(dy.Float64, *LOW, **SHARE)
    settled_share_high = output(dy.Float64, *HIGH, **SHARE)
    back_share = output(dy.Float64, *BACK, **SHARE)
    back_share_low = output(dy.Float64, *LOW, **SHARE)
    back_share_high = output(dy.Float64, *HIGH, **SHARE)
    days = _days(DAYS)
    days_low = _days(LOW)
    days_high = _days(HIGH)


class _Tiers(dy.Schema):
    from_tier = output(dy.String, "Tier that took them in.", "受理层级。", codes="tier", key=True)
    to_tier = output(
        dy.String,
        "Tier of the last mediation or closing; null: wherever they went.",
        "最后调解或办结的层级；空为合计。",
        codes="tier",
        nullable=True,
        key=True,
    )


class _Kinds(dy.Schema):
    kind = output(
        dy.String,
        "Kind of the unit of the last mediation.",
        "最后一次调解的单位类别。",
        codes="unit_kind",
        key=True,
    )


class FunnelTiers(_Tiers, _Handled):
    """How a year's disputes pass the tiers.

    一年的纠纷在各层级之间怎样流转。
    """


class FunnelKinds(_Kinds, _Handled):
    """How a year's disputes pass the kinds of mediation.

    一年的纠纷由哪类调解承办。
    """


class Units(dy.Schema):
    """How each mediation unit fares with the cases it was given.

    各调解单位办理所承接纠纷的情况。
    """

    unit_id = output(dy.String, "Mediation unit of the profile.", "调解单位。", codes="units", key=True)
    kind = output(dy.String, "Kind of unit.", "单位类别。", codes="unit_kind", nullable=True)
    tier = output(dy.String, "Tier of the unit.", "单位层级。", codes="tier", nullable=True)
    area_code = output(dy.String, "Where it stands.", "单位所在区域。", codes="areas", nullable=True)
    weekly_capacity = output(
        dy.Int32, "Cases it can take up in a week.", "每周能承接的件数。", unit="disputes", nullable=True
    )
    disputes = _count(
        "Registered in the 52 weeks before, last mediated by it.", "此前52周登记、最后由其调解的件数。"
    )
    open = _count("Still open.", "尚未办结的件数。")
    overdue = _count("Open after their deadline.", "超过期限未结的件数。")
    recent = _count("Mediated in the last 28 days.", "近28天调解的件数。")
    due = _count("Their deadline has passed.", "期限已到的件数。")
    in_time = _count("Closed by their deadline.", "按期办结的件数。", reader="analysts")
    in_time_usual = output(
        dy.Float64,
        "What the same cases met in the city at large.",
        "全市同样的纠纷按期办结的比例。",
        caveat="No rank of units; few cases give wide intervals.",
        **SHARE,
    )
    settled_share = output(dy.Float64, *SETTLED, **SHARE)
    settled_share_low = output(dy.Float64, *LOW, **SHARE)
    settled_share_high = output(dy.Float64, *HIGH, **SHARE)
    back_share = output(dy.Float64, *BACK, **SHARE)
    back_share_low = output(dy.Float64, *LOW, **SHARE)
    back_share_high = output(dy.Float64, *HIGH, **SHARE)
    in_time_share = output(
        dy.Float64, "Closed by their deadline, of those due.", "期限已到的纠纷中按期办结的比例。", **SHARE
    )
    in_time_share_low = output(dy.Float64, *LOW, **SHARE)
    in_time_share_high = output(dy.Float64, *HIGH, **SHARE)
    days = _days(DAYS)
    days_low = _days(LOW)
    days_high = _days(HIGH)


class Similar(dy.Schema):
    """Closed disputes most like each one near the top of the list, and what settled them.

    与名单前列每件纠纷最相近的已结纠纷，以及怎样化解。
    """

    dispute_id = output(dy.String, "The dispute compared.", "被比较的纠纷。", key=True)
    nth = output(dy.Int32, "1 the most alike.", "相近程度的次序，1为最相近。", min=1, key=True)
    township_code = output(
        dy.String,
        "Township of the closed one, which carries no number.",
        "已结纠纷所在乡镇（街道），不带编号。",
        codes="areas",
        nullable=True,
    )
    closed_on = output(dy.Date, "Day it was closed.", "办结日期。")
    days = output(
        dy.Float64, "From registration to the first closing.", "登记到第一次办结的天数。", unit="days", min=0
    )
    mediations = output(dy.Int64, "How often it was mediated.", "调解次数。", min=0)
    tier = output(
        dy.String, "Tier of its last mediation.", "最后一次调解的层级。", codes="tier", nullable=True
    )
    kind = output(
        dy.String,
        "Kind of unit of its last mediation.",
        "最后一次调解的单位类别。",
        codes="unit_kind",
        nullable=True,
    )
    consulted = output(dy.Bool, "An expert panel was asked.", "是否经过专家会商。", reader="analysts")
    settled = output(dy.Bool, "Closed as settled.", "是否以达成结案。", nullable=True)
    held = output(dy.Bool, "Neither back nor any harm afterwards.", "此后没有复发，也没有伤害。")
    alike = output(dy.Int32, "How many of the compared items agree.", "比较的项目中相同的项数。", min=0)


class Effect(dy.Schema):
    """Three years in periods of four weeks: handling and harms, before and after.

    三年按四周一期：办理和伤害，前后对照。
    """

    from_on = output(dy.Date, "First day.", "首日。", key=True)
    until_on = output(dy.Date, "The day after the last.", "末日的次日。")
    matured = output(
        dy.Bool, "Whether such harms are normally all recorded by now.", "这一期的伤害按常理是否已全部录入。"
    )
    registered = _count("Registered then.", "当期登记的件数。")
    settled = output(
        dy.Int64,
        "Of those, closed as settled; empty where none was closed with a result.",
        "其中以达成结案的件数；结案都没有结果时为空。",
        unit="disputes",
        min=0,
        nullable=True,
    )
    open = _count("Of those, still open.", "其中尚未办结的件数。")
    came_back = _count(
        "Of those, reopened or registered again.", "其中复开或重复登记的件数。", reader="analysts"
    )
    days = _days(DAYS)
    days_low = _days(LOW)
    days_high = _days(HIGH)
    harms = output(
        dy.Int64,
        "Harms by the day they happened, of any dispute.",
        "按发生日计的伤害起数。",
        unit="harms",
        min=0,
    )
    serious = output(dy.Int64, "Of those, light injury or worse.", "其中轻伤及以上。", unit="harms", min=0)
    deaths = output(
        dy.Int64,
        "Of those, deaths; counted, never learned.",
        "其中死亡；只作统计，不作训练。",
        unit="harms",
        min=0,
    )
