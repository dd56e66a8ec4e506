"""Sentences of the models floor in Chinese and English; no logic."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One message in both languages."""

    zh: str
    en: str


SENTENCES: dict[str, Message] = {
    "model_in_use": Message(
        "使用模型{version}，训练数据截至{trained_until}。",
        "Model {version} is in use, trained on weeks until {trained_until}.",
    ),
    "little_history": Message(
        "历史数据只有{weeks}周，不足{needed}周，未训练模型。",
        "Only {weeks} weeks of history, {needed} are needed: no model was trained.",
    ),
    "few_outcomes": Message(
        "已成熟的结果事件只有{outcomes}起，不足{needed}起，未训练模型。",
        "Only {outcomes} disputes with a matured outcome, {needed} are needed: no model was trained.",
    ),
    "cannot_learn": Message(
        "可用的成熟数据不足以训练或回溯检验。",
        "The matured data are too few to train on or to backtest ({why}).",
    ),
    "no_fold": Message(
        "历史数据不足以做一次回溯检验，未训练模型。",
        "History is too short for a single backtest fold: no model was trained.",
    ),
    "empty_window": Message(
        "{first}至{last}这{weeks}周内没有一起结果事件，无法训练或校准，未训练模型。",
        "None of the {weeks} weeks from {first} to {last} holds an outcome to learn from: no model was trained.",
    ),
    "not_better": Message(
        "模型{version}不予启用：{conditions}。",
        "Model {version} was not promoted. Not met: {conditions}.",
    ),
    "no_champion": Message(
        "没有现用模型。",
        "There is no champion.",
    ),
    "other_profile": Message(
        "模型{version}属于配置{theirs}，不能用于{ours}。请用fengqiao retrain重新训练。",
        "Model {version} belongs to profile {theirs} and may not score {ours}. Run `fengqiao retrain --promote`.",
    ),
    "other_origin": Message(
        "模型{version}由{theirs}数据训练，不能用于{ours}数据。请用fengqiao retrain重新训练。",
        "Model {version} was trained on {theirs} data and may not score {ours} data. Run `fengqiao retrain --promote`.",
    ),
    "other_catalogue": Message(
        "特征目录在模型{version}训练之后有改动。请用fengqiao retrain --promote重新训练并启用。",
        "The feature catalogue has changed since model {version} was trained. Run `fengqiao retrain --promote`.",
    ),
    "expired": Message(
        "模型{version}已于{expires_on}到期。请用fengqiao retrain --promote重新训练并启用。",
        "Model {version} expired on {expires_on}. Run `fengqiao retrain --promote`.",
    ),
    "not_yet": Message(
        "模型{version}于{registered_as_of}训练，不能用于此前的截至日。",
        "Model {version} was trained as of {registered_as_of} and may not score an earlier Monday.",
    ),
    "withdrawn": Message(
        "模型{version}最近{weeks}个成熟周的名单命中率{precision}，低于基础率{base_rate}的两倍，已停用。",
        "Model {version} is withdrawn: over the last {weeks} matured weeks {precision} of its list came true, under twice the base rate of {base_rate}.",
    ),
    "escalation_published": Message("已发布。", "Published."),
    "no_service_ledger": Message(
        "数据中没有服务台账，无此来源，不发布此类预警。",
        "The data hold no service ledger: no such source, so this family is left out.",
    ),
    "no_places": Message(
        "配置中没有乡镇街道，或数据中没有纠纷登记，不发布地区预警。",
        "The profile has no townships, or nothing was registered: this family is left out.",
    ),
    "no_usual_yet": Message(
        "历史数据只有{weeks}周，不足{needed}周，尚无平常水平可比，不发布地区预警。",
        "Only {weeks} weeks of history, {needed} are needed before anything is usual: this family is left out.",
    ),
    "ledger_too_short": Message(
        "服务台账只有{weeks}周，不足{needed}周，不发布此类预警。",
        "The service ledger holds only {weeks} weeks, {needed} are needed: this family is left out.",
    ),
    "family_failed": Message(
        "本周此类预警未能算出（{why}），不发布；其余不受影响。",
        "This family could not be computed this week ({why}) and is left out; nothing else is affected.",
    ),
    "family_published": Message("已发布，使用模型。", "Published, by the model."),
    "usual_published": Message(
        "没有可用模型，按同期平常水平发布。",
        "Published by what is usual at this season: there is no model that may be used.",
    ),
    "persistence_published": Message(
        "没有可用模型，按最近一期逾期数发布，无区间。",
        "Published by the last weeks' overdue visits, without interval: there is no model that may be used.",
    ),
    "watch_calm": Message("{n}项监测均未越限。", "None of the {n} watched is beyond its limit."),
    "watch_nothing": Message("尚无可监测的数据。", "There is nothing to watch yet."),
    "watch_arrivals": Message(
        "{segment}：近两周收到{value}条，平常约{usual}条，相差{strength}个标准差（限值{limit}）。",
        "{segment}: {value} records in two weeks, {usual} are usual; {strength} standard deviations (limit {limit}).",
    ),
    "watch_codes": Message(
        "{segment}：各代码占比与前半年不同，稳定性指数{strength}（限值{limit}），请核对代码表。",
        "{segment}: codes are not shared out as in the half year before, stability index {strength} (limit {limit}); check the code list.",
    ),
    "watch_missing": Message(
        "{segment}：空缺占比{value}，平常{usual}（限值：高出{limit}）。",
        "{segment}: {value} left empty, {usual} are usual (limit: {limit} more).",
    ),
    "watch_delay": Message(
        "{segment}：平均{value}天后录入，平常{usual}天（限值{limit}，现为{strength}）。",
        "{segment}: entered after {value} days on average, {usual} are usual (limit {limit}, now {strength}).",
    ),
    "watch_drift": Message(
        "{segment}：分布已变化，{strength}（限值{limit}），建议重新训练。",
        "{segment}: no longer distributed as before, {strength} (limit {limit}); a retrain is proposed.",
    ),
    "watch_calibration": Message(
        "已成熟的{segment}各周：预计{usual}起，实际{value}起，相差{strength}倍（限值{limit}），建议重新训练。",
        "Matured weeks {segment}: {usual} outcomes expected, {value} came, a factor of {strength} (limit {limit}); a retrain is proposed.",
    ),
    "watch_recall": Message(
        "已成熟的{segment}各周：名单召回率{value}，回溯检验为{usual}（限值：其{limit}），建议重新训练。",
        "Matured weeks {segment}: the list held {value} of the outcomes, {usual} in the backtest (limit {limit} of it); a retrain is proposed.",
    ),
    "watch_turnover": Message(
        "名单{segment}更换了{value}（限值{limit}）。", "{value} of the list is new {segment} (limit {limit})."
    ),
    "condition_baseline": Message(
        "前{k}名召回率{model}，{baseline}为{other}，相差的区间下限{low}，未确认更优",
        "recall in the top {k} is {model}, that of {baseline} {other}; the lower end of the difference is {low}, not above 0",
    ),
    "condition_calibration": Message(
        "校准误差{error}，超过限值{limit}",
        "calibration error {error} is above the limit of {limit}",
    ),
    "condition_champion": Message(
        "与现用模型的召回率之差下限{low}，超出允许的{margin}",
        "the lower end of the difference in recall to the champion is {low}, the margin is {margin}",
    ),
    "condition_reached": Message(
        "{axis}：{group}的名单召回率至多{high}，不到全部（{whole}）的{limit}",
        "{axis} {group}: at most {high} of its harms are on the list, under {limit} of the whole's {whole}",
    ),
    "condition_group_calibration": Message(
        "{axis}：{group}实际结果是预计的{value}倍（{low}至{high}），超出{limit}倍的限值",
        "{axis} {group}: {value} times as many harms came as expected ({low} to {high}), beyond a factor of {limit}",
    ),
    "condition_shared_weeks": Message(
        "与现用模型没有共同的回溯周可比",
        "there is no backtest week shared with the champion to compare on",
    ),
    "promoted": Message("模型{version}已启用。", "{version} is the champion now."),
    "challenger": Message("模型{version}已登记为候选。", "{version} is registered as challenger."),
    "refused": Message(
        "模型{version}未启用：{conditions}", "{version} was not promoted. Not met: {conditions}"
    ),
    "rolled_back": Message("已恢复启用模型{version}。", "{version} is the champion again."),
    "nothing_before": Message(
        "没有可恢复的前一模型。", "There is no champion before this one to go back to."
    ),
}
"""By code; the names in braces are filled in by whoever tells it."""


def message(code: str, **facts: object) -> Message:
    """The sentence of that code with its facts filled in; a fact that is a `Message` in either language."""
    sentence = SENTENCES[code]
    zh = {name: fact.zh if isinstance(fact, Message) else fact for name, fact in facts.items()}
    en = {name: fact.en if isinstance(fact, Message) else fact for name, fact in facts.items()}
    return Message(sentence.zh.format(**zh), sentence.en.format(**en))


def joined(messages: Sequence[Message]) -> Message:
    """Several messages as one enumeration."""
    return Message("；".join(each.zh for each in messages), "; ".join(each.en for each in messages))


ORDERS: dict[str, Message] = {
    "checklist": Message("本周按专家清单排序。", "The list is in the checklist's order."),
    "soonest_due": Message(
        "本周按办结期限排序，先到期的在前。", "The list is ordered by deadline, soonest due first."
    ),
    "longest_open": Message(
        "本周按登记先后排序，办理最久的在前。", "The list is ordered by time open, longest first."
    ),
}
"""What the list is ordered by where no model is used (`escalation.default_order`)."""

CODE_LABELS: dict[str, Message] = {
    "category": Message("纠纷类别", "Category"),
    "channel": Message("来源渠道", "Came in through"),
    "relation": Message("当事人关系", "Relation of the parties"),
    "missing": Message("未记录", "not recorded"),
}
"""How the coded columns are named in a reason."""

EVENTS: dict[str, Message] = {
    "registered": Message("登记为候选", "registered as challenger"),
    "promoted": Message("启用", "promoted to champion"),
    "refused": Message("未予启用", "not promoted"),
    "rolled_back": Message("恢复启用", "champion again by rollback"),
}
"""What can happen to a version."""
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
"""Groups that no code list names, by axis."""
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
"""What the other families forecast, in the order of a table."""
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
