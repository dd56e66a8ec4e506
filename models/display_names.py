"""Names of models, metrics, axes, groups and targets on the model card and in messages, in Chinese and English; no logic."""

from models.wording import Message

EVENTS: dict[str, Message] = {
    "registered": Message("登记为候选", "registered as challenger"),
    "promoted": Message("启用", "promoted to champion"),
    "refused": Message("未予启用", "not promoted"),
    "rolled_back": Message("恢复启用", "champion again by rollback"),
}
"""Events of a registered version."""
ORIGINS: dict[str, Message] = {"simulated": Message("模拟", "simulated"), "real": Message("真实", "real")}
SIMULATED = Message(
    "**以下数字来自模拟数据，不说明任何真实城市。**",
    "**These figures come from simulated data and speak of no real city.**",
)
METRIC_NAMES: dict[str, Message] = {
    "recall_at_capacity": Message("名单召回率", "recall at capacity"),
    "precision_at_capacity": Message("名单命中率", "precision at capacity"),
    "pr_auc": Message("PR曲线下面积", "PR-AUC"),
    "roc_auc": Message("ROC曲线下面积", "ROC-AUC"),
    "brier_skill": Message("Brier技巧分", "Brier skill"),
    "ece": Message("校准误差", "calibration error"),
    "n_positives": Message("有结果（纠纷-周）", "with an outcome (dispute-weeks)"),
}
AXES: dict[str, Message] = {
    "county": Message("县区", "county"),
    "urban": Message("城乡", "urban or rural"),
    "channel": Message("来源渠道", "channel"),
    "category": Message("纠纷类别", "category"),
    "reporting": Message("上报多少", "how much is reported"),
}
"""The axes of the audit."""
GROUPS: dict[str, dict[str, Message]] = {
    "urban": {"true": Message("城镇", "urban"), "false": Message("乡村", "rural")},
    "reporting": {
        "few_records": Message("上报偏少的乡镇", "townships that report little"),
        "usual": Message("其他乡镇", "other townships"),
    },
}
"""Groups without a name in any code list, by axis."""
GAP_NAMES: dict[str, Message] = {
    "recall_ratio": Message("最低召回率与全部之比", "lowest recall over the whole"),
    "false_alarm_difference": Message("误报率最大差距", "widest gap of false alarms"),
    "calibration_difference": Message("实际/预计最大差距", "widest gap of harms over expected"),
}
GROUP_METRIC_NAMES: dict[str, Message] = {
    "n_harmed": Message("有结果的纠纷", "disputes with an outcome"),
    "recall_at_capacity": Message("名单召回率", "recall at capacity"),
    "false_alarm_rate": Message("误报率", "false alarms"),
    "calibration_ratio": Message("实际/预计", "harms over expected"),
}
FAMILY_TARGETS: dict[tuple[str, str], Message] = {
    ("demand", "disputes"): Message("新发纠纷", "new disputes"),
    ("demand", "outcomes"): Message("结果事件", "outcomes"),
    ("coverage", "overdue"): Message("逾期走访", "visits overdue"),
}
"""Targets of the other families, in the order of a table."""
GRAIN_NAMES: dict[str, Message] = {
    "township_category": Message("乡镇×类别", "township x category"),
    "township": Message("乡镇", "township"),
    "county_category": Message("县区×类别", "county x category"),
    "county": Message("县区", "county"),
    "city_category": Message("全市×类别", "city x category"),
    "city": Message("全市", "city"),
    "township_service": Message("乡镇×服务", "township x service"),
}
FAMILY_METRIC_NAMES: dict[str, Message] = {
    "poisson_deviance": Message("泊松偏差", "Poisson deviance"),
    "rmsse": Message("RMSSE", "RMSSE"),
    "wis": Message("区间得分", "interval score"),
    "coverage_80": Message("80%区间内的比例", "inside the 80 % interval"),
    "bias": Message("预计/实际", "expected over what came"),
    "rank_correlation": Message("秩相关", "rank correlation"),
}
"""In the order of a table."""
FAMILY_MODEL_NAMES: dict[str, Message] = {
    "lightgbm": Message("本模型", "this model"),
    "usual": Message("同期平常水平", "what is usual"),
    "last_year": Message("去年同期", "last year's same weeks"),
    "seasonal_naive": Message("季节朴素", "seasonal naive"),
    "croston_sba": Message("Croston（SBA）", "Croston (SBA)"),
    "auto_ets": Message("自动指数平滑", "automatic exponential smoothing"),
    "persistence": Message("同上一期", "as in the last horizon"),
}
"""In the order of a table."""
CARD: dict[str, Message] = {
    "trend": Message(
        "最低召回率与全部之比的变化（由早到晚）", "lowest recall over the whole, oldest period first"
    ),
    "too_few": Message("过少，不比较", "too few to compare"),
    "one_group": Message(
        "{axis}：没有记录，或只有一组，未审计。", "By {axis}: not recorded, or a single group; not audited."
    ),
    "axis_too_few": Message(
        "{axis}：有结果的纠纷达到{least}件的不足两组，未审计（{counted}）。",
        "By {axis}: fewer than two groups hold {least} disputes with an outcome, too few to audit ({counted}).",
    ),
    "beyond": Message(
        "连区间也超出启用限值（召回率不到全部的{share}，或实际/预计超出{factor}倍）的有：",
        "Beyond the limits of promotion with their whole interval (recall under {share} of the whole's, or harms over expected off by a factor of {factor}):",
    ),
    "none_beyond": Message(
        "没有一组连区间也超出启用限值（召回率不到全部的{share}，或实际/预计超出{factor}倍）。",
        "No group is beyond the limits of promotion with its whole interval (recall under {share} of the whole's, or harms over expected off by a factor of {factor}).",
    ),
    "demand": Message("地区（各乡镇的新发纠纷与结果事件）", "Places (new disputes and outcomes by township)"),
    "coverage": Message("服务（各乡镇的关爱走访逾期）", "Services (care visits overdue by township)"),
    "not_judged": Message(
        "没有此来源，或历史过短，未评判。", "no such source, or too short a history: not judged."
    ),
    "family_kept": Message("本版本含此模型。", "this version holds the model."),
    "family_left": Message(
        "模型不优于平常水平或未能训练，本版本不含此模型，按平常水平发布。",
        "the model is no better than what is usual, or none could be trained; this version holds none, and what is usual is published.",
    ),
    "above": Message("逐级汇总（本模型）", "added up (this model)"),
}
"""Sentences of the model card's tables."""
MODEL_NAMES: dict[str, Message] = {
    "lightgbm": Message("本模型", "this model"),
    "logistic": Message("逻辑回归", "logistic regression"),
    "checklist": Message("专家清单", "expert checklist"),
    "category_rate": Message("类别基础率", "rate of the category"),
    "oldest_first": Message("先来先办", "oldest first"),
    "soonest_due": Message("先到期先办", "soonest due first"),
    "oracle": Message("已知真实风险（上限）", "knows the true hazard (ceiling)"),
}
"""In the order of a table."""
