"""The published tables of evidence: how right the model was, what is watched, and how late records come."""

from typing import Any

import dataframely as dy

from pipelines.tables.columns import output

MODEL = "Model or baseline.", "模型或对照。"
SEGMENT = "Part of the rows: all, or name=value.", "统计范围：全部，或“名称=取值”。"
NUMBER: dict[str, Any] = {"nullable": True, "allow_nan": True, "allow_inf": True}


class ModelMetrics(dy.Schema):
    """How the model and its baselines did in the backtest.

    模型和对照在回溯检验中的表现。
    """

    model = output(dy.String, *MODEL, key=True)
    as_of = output(
        dy.Date, "Monday; null: all of them together.", "星期一；空为合计。", nullable=True, key=True
    )
    segment = output(dy.String, *SEGMENT, key=True)
    metric = output(dy.String, "Name of the measure.", "指标名称。", key=True)
    k = output(dy.Int64, "Length of the list it is measured at.", "名单长度。", nullable=True, key=True)
    value = output(dy.Float64, "The measure.", "指标值。", **NUMBER)
    low = output(dy.Float64, "Low end of its 90 % interval.", "其90%区间的下限。", **NUMBER)
    high = output(dy.Float64, "High end of its 90 % interval.", "其90%区间的上限。", **NUMBER)


class Calibration(dy.Schema):
    """What was predicted in the backtest and what came, by bin.

    回溯检验中预测与实际的对照，分段统计。
    """

    model = output(dy.String, *MODEL, key=True)
    segment = output(dy.String, *SEGMENT, key=True)
    bin = output(dy.Int64, "Number of the bin of chances.", "概率分段的序号。", key=True)
    predicted = output(dy.Float64, "Mean chance stated.", "平均预测概率。", **NUMBER)
    observed = output(dy.Float64, "Share that had an outcome.", "实际发生的比例。", **NUMBER)
    low = output(dy.Float64, "Low end of the share's 90 % interval.", "比例90%区间的下限。", **NUMBER)
    high = output(dy.Float64, "High end of the share's 90 % interval.", "比例90%区间的上限。", **NUMBER)
    n = output(dy.Int64, "Rows in the bin.", "段内行数。", min=0)


class Watch(dy.Schema):
    """What is watched week by week, and which limits were crossed.

    每周监测的项目，以及哪些超过了限度。
    """

    signal = output(dy.String, "What is watched.", "监测的项目。", key=True)
    segment = output(
        dy.String, "Where: source, county, column or week.", "范围：来源、县、列或周。", key=True
    )
    value = output(dy.Float64, "Now.", "目前的值。", **NUMBER)
    usual = output(dy.Float64, "As usual.", "平常的值。", **NUMBER)
    strength = output(dy.Float64, "How far from usual.", "偏离平常的程度。", **NUMBER)
    limit = output(dy.Float64, "How far it may be.", "允许的偏离程度。", **NUMBER)
    crossed = output(dy.Bool, "Whether it is farther.", "是否超过限度。")


class Arrivals(dy.Schema):
    """What became known week by week, and how long after it happened.

    每周新得知的记录，以及距发生多久。
    """

    input_table = output(dy.String, "Input table.", "输入表。", key=True)
    week = output(dy.Date, "Its Monday.", "该周的星期一。", key=True)
    records = output(dy.Int64, "Records first known then.", "当周首次得知的记录数。", unit="records", min=0)
    late_days = output(
        dy.Float64,
        "Half were known so many days after they happened.",
        "半数记录在发生后多少天内得知。",
        unit="days",
        min=0,
    )
    late_days_90 = output(
        dy.Float64, "Nine in ten were.", "九成记录在发生后多少天内得知。", unit="days", min=0
    )
    late_share = output(dy.Float64, "Known more than a week after.", "一周后才得知的比例。", min=0, max=1)
