"""The published tables about places and care services: counts of townships and counties, no person and no dispute."""

from typing import Any

import dataframely as dy

from pipelines.tables.columns import output
from pipelines.tables.published_week import CATEGORY, LEVEL_ZH, MONDAY, SYNTHETIC, VERSION

SUPPRESSED = "Null where suppressed; shown values are rounded to 5 (boundary 2)."
SHARE: dict[str, Any] = {"nullable": True, "min": 0, "max": 1}


def _expected(meaning_en: str, meaning_zh: str, *, reader: str | None = None) -> dy.Float64:
    return output(
        dy.Float64,
        meaning_en,
        meaning_zh,
        unit="disputes within the horizon",
        nullable=True,
        min=0,
        reader=reader,
    )


class PlaceWarnings(dy.Schema):
    """Disputes and harms expected in each township and category, against what is usual there.

    各乡镇（街道）、各类别预计的纠纷和后果，与当地平常相比。
    """

    as_of = output(dy.Date, *MONDAY)
    rank = output(
        dy.Int32, "By level, then by how far above the usual.", "按级别，再按高出平常的程度排名。", min=1
    )
    area_code = output(dy.String, "Township.", "乡镇（街道）。", codes="areas", key=True)
    category = output(
        dy.String,
        CATEGORY[0] + " Or all.",
        "纠纷的风险类别，或全部（all）。",
        codes="categories",
        key=True,
    )
    expected_disputes = _expected("Disputes expected.", "预计的纠纷件数。")
    low = _expected("Low end of the 80 % interval.", "80%区间的下限。")
    high = _expected("High end of the 80 % interval.", "80%区间的上限。")
    expected_outcomes = output(
        dy.Float64, "Outcomes expected.", "预计发生后果的件数。", nullable=True, min=0, reader="analysts"
    )
    usual = _expected("What is normal there at this season.", "当地同期平常的件数。")
    ratio = output(
        dy.Float64,
        "Expected over usual.",
        "预计与平常之比。",
        unit="times",
        nullable=True,
        allow_inf=True,
        allow_nan=True,
    )
    level = output(
        dy.String,
        "red, orange, yellow or blue; never blue as a whole where few_records.",
        LEVEL_ZH + "上报偏少的地方整体不低于黄色。",
        codes="level",
    )
    reporting_ratio = output(
        dy.Float64,
        "Records of a year, disputes and reports, over what places of its kind have per head.",
        "一年的登记和上报，与同类地方按人口应有数之比。",
        nullable=True,
        caveat="Few records are no sign of peace.",
    )
    few_records = output(
        dy.Bool,
        "Records less than the profile's limit: the level is raised to yellow and the place marked.",
        "上报偏少：级别提到黄色，并作标记。",
    )
    expected_if_recorded = _expected(
        "What it might have if it recorded like places of its kind.", "如果像同类地方那样上报，可能有的件数。"
    )
    county_code = output(dy.String, "County.", "所在县（市、区）。", codes="areas", nullable=True)
    model_version = output(dy.String, *VERSION)
    synthetic = output(dy.Bool, *SYNTHETIC)


class PlaceTotals(dy.Schema):
    """The same added up by county and for the city; for analysts, the screens add nothing up.

    同样的预计，按县和全市合计；供分析使用。
    """

    grain = output(
        dy.String,
        "What it is added up to: county or city, with or without category.",
        "合计的层级：县或市，分类或不分类。",
        reader="analysts",
    )
    as_of = output(dy.Date, *MONDAY, reader="analysts")
    area_code = output(
        dy.String, "County or city.", "县（市、区）或市。", codes="areas", reader="analysts", key=True
    )
    category = output(
        dy.String,
        CATEGORY[0] + " Or all.",
        "纠纷的风险类别，或全部（all）。",
        codes="categories",
        reader="analysts",
        key=True,
    )
    expected_disputes = _expected("Disputes expected.", "预计的纠纷件数。", reader="analysts")
    low = _expected(
        "Low end of the 80 % interval, of the total and not of its parts.",
        "合计的80%区间下限。",
        reader="analysts",
    )
    high = _expected("High end of the 80 % interval.", "合计的80%区间上限。", reader="analysts")
    expected_outcomes = _expected("Outcomes expected.", "预计发生后果的件数。", reader="analysts")
    usual = _expected("What is normal there at this season.", "同期平常的件数。", reader="analysts")
    county_code = output(
        dy.String,
        "County; null for the city.",
        "县（市、区）；全市为空。",
        codes="areas",
        nullable=True,
        reader="analysts",
    )
    model_version = output(dy.String, *VERSION, reader="analysts")
    synthetic = output(dy.Bool, *SYNTHETIC, reader="analysts")


class ServiceWarnings(dy.Schema):
    """Care visits expected to be overdue by township and service; small cells left out.

    各乡镇（街道）、各项服务预计逾期的走访；人数太少的不显示。
    """

    as_of = output(dy.Date, *MONDAY)
    rank = output(
        dy.Int32, "The most overdue first; suppressed ones last.", "预计逾期多的在前，不显示的在后。", min=1
    )
    area_code = output(dy.String, "Township.", "乡镇（街道）。", codes="areas", key=True)
    service = output(dy.String, "Risk category of kind service.", "服务类别。", codes="services", key=True)
    caseload = output(
        dy.Int64,
        "People entitled to visits.",
        "享有该项服务的人数。",
        unit="people",
        caveat=SUPPRESSED,
        nullable=True,
        min=10,
    )
    overdue = output(
        dy.Int64,
        "Visits overdue now.",
        "目前逾期的次数。",
        unit="visits",
        caveat=SUPPRESSED,
        nullable=True,
        min=0,
    )
    expected_overdue = output(
        dy.Float64,
        "Visits expected to be overdue.",
        "预计逾期的次数。",
        unit="visits",
        caveat=SUPPRESSED,
        nullable=True,
        min=0,
    )
    low = output(
        dy.Float64,
        "Low end of the 80 % interval.",
        "80%区间的下限。",
        unit="visits",
        caveat=SUPPRESSED,
        nullable=True,
        min=0,
    )
    high = output(
        dy.Float64,
        "High end of the 80 % interval.",
        "80%区间的上限。",
        unit="visits",
        caveat=SUPPRESSED,
        nullable=True,
        min=0,
    )
    suppressed = output(
        dy.Bool,
        "Fewer than ten people, or such a cell could be worked out.",
        "少于十人，或可由他处推算，不显示。",
    )
    level = output(
        dy.String, "red, orange, yellow or blue.", LEVEL_ZH, codes="level", caveat=SUPPRESSED, nullable=True
    )
    county_code = output(dy.String, "County.", "所在县（市、区）。", codes="areas", nullable=True)
    model_version = output(dy.String, *VERSION)
    synthetic = output(dy.Bool, *SYNTHETIC)


class Places(dy.Schema):
    """Each township's recent disputes against its own usual, and what is there to help.

    各乡镇（街道）近期的纠纷与当地平常相比，以及可用的力量。
    """

    area_code = output(dy.String, "Township.", "乡镇（街道）。", codes="areas", key=True)
    population = output(dy.Int64, "People living there.", "常住人口。", unit="people", nullable=True)
    disputes = output(
        dy.Int64, "Registered in the last 28 days.", "近28天登记的件数。", unit="disputes", min=0
    )
    disputes_usual = output(
        dy.Float64, "Per 28 days of the 48 weeks before.", "此前48周每28天的件数。", unit="disputes", min=0
    )
    last_outreach_on = output(
        dy.Date, "Day of the last legal session.", "上次法治宣讲的日期。", nullable=True
    )
    volunteers = output(
        dy.Int64, "At the last count.", "最近一次统计的志愿者人数。", unit="people", nullable=True
    )


class GridLoad(dy.Schema):
    """Grid reports by county: how many, and how quickly they were answered.

    各县网格上报：多少，以及办理得快不快。
    """

    county_code = output(dy.String, "County.", "县（市、区）。", codes="areas", key=True)
    reports = output(dy.Int64, "Reports of the last 28 days.", "近28天的上报数。", unit="reports")
    reports_usual = output(
        dy.Float64, "Per 28 days of the rest of the year.", "一年其余时间每28天的上报数。", unit="reports"
    )
    reports_due = output(
        dy.Int64,
        "Of the last 28 days, those at least 48 hours old.",
        "近28天中满48小时的上报数。",
        unit="reports",
        reader="analysts",
    )
    waiting = output(
        dy.Int64,
        "Of the year, not dealt with before the Monday.",
        "一年内到截至日尚未办结的上报数。",
        unit="reports",
    )
    answered_share = output(dy.Float64, "First answer within 2 hours.", "2小时内首次响应的比例。", **SHARE)
    answered_share_low = output(dy.Float64, "Low end of its 90 % interval.", "比例90%区间的下限。", **SHARE)
    answered_share_high = output(dy.Float64, "High end of its 90 % interval.", "比例90%区间的上限。", **SHARE)
    handled_share = output(
        dy.Float64,
        "Dealt with within 48 hours, of those at least so old.",
        "满48小时的上报中48小时内办结的比例。",
        **SHARE,
    )
    handled_share_low = output(dy.Float64, "Low end of its 90 % interval.", "比例90%区间的下限。", **SHARE)
    handled_share_high = output(dy.Float64, "High end of its 90 % interval.", "比例90%区间的上限。", **SHARE)
    resolved_share = output(
        dy.Float64, "Solved, of those dealt with.", "已办结的上报中得到解决的比例。", **SHARE
    )
    resolved_share_low = output(dy.Float64, "Low end of its 90 % interval.", "比例90%区间的下限。", **SHARE)
    resolved_share_high = output(dy.Float64, "High end of its 90 % interval.", "比例90%区间的上限。", **SHARE)
