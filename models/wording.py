"""Sentences of the models floor in Chinese and English. Names of models, metrics and groups are in `display_names.py`."""

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
"""Sentences by code; `message` fills in the names in braces."""


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
"""Sentence for each order of the list without a model (`escalation.default_order`)."""
