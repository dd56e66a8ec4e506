"""Sentences about a dispute's own steps: what happened on which day, by kind; filled in by `models.escalation.own_record_sentences`.

`{day}` is the day of the newest, `{late}` the day it was entered where that was days later, `{n}` how many there
are, `{failed}` how many of them failed, `{harm}` how grave the harm was, `{again}` in which way it came back.
"""

from dataclasses import dataclass

from features.catalogue.said import Pair


@dataclass(frozen=True)
class Steps:
    """Patterns for one kind of step.

    Attributes:
        title: what it is about.
        kinds: kinds of step in the dispute's timeline.
        once: for a single one.
        often: for several.
        never: for none.
    """

    title: Pair
    kinds: tuple[str, ...]
    once: Pair
    often: Pair
    never: Pair


def _steps(zh: str, en: str, never: Pair, *kinds: str, past: str = "") -> Steps:
    return Steps(
        (zh, en),
        kinds,
        (f"{{day}}{zh}{past}{{late}}", f"{en} {{day}}{{late}}"),
        (f"{{n}}{zh}，最近一次在{{day}}{{late}}", f"{en} {{n}}, last {{day}}{{late}}"),
        never,
    )


OWN_STEPS: dict[str, Steps] = {
    "harm": Steps(
        ("伤害记录", "Harm recorded"),
        ("outcome",),
        ("{day}{harm}{late}", "{harm} {day}{late}"),
        ("{n}伤害记录，最近一次在{day}：{harm}{late}", "Harm recorded {n}, last {day}: {harm}{late}"),
        ("没有伤害记录", "No harm recorded"),
    ),
    "threat": _steps("报告威胁", "Threat reported", ("没有报告过威胁", "No threat reported"), "threat_reported"),
    "blows": _steps("报告动手", "Blows reported", ("没有报告过动手", "No blows reported"), "violence_reported"),
    "mediation": _steps("调解", "Mediated", ("还没有调解过", "Not mediated yet"), "mediation", past="过"),
    "agreement": _steps("达成协议", "Agreement reached", ("没有达成过协议", "No agreement so far"), "agreement"),
    "visit": _steps("走访回访", "Visited or followed up", ("还没有走访回访过", "Not visited or followed up yet"), "visit", "follow_up", past="过"),
    "consultation": _steps("专家会商", "Expert consultation", ("没有专家会商过", "No expert consultation so far"), "expert_consultation", past="过"),
    "referral": _steps("上报上级", "Referred to a higher tier", ("没有上报过上级", "Not referred to a higher tier"), "referred_up"),
    "breach": _steps("违反协议", "Agreement broken", ("没有违反过协议", "No agreement broken"), "breach"),
    "return": Steps(
        ("重新办理或再次登记", "Reopened or registered again"),
        ("reopened", "reregistered"),
        ("{day}{again}{late}", "{again} {day}{late}"),
        ("{n}重新办理或再次登记，最近一次在{day}{late}", "Reopened or registered again {n}, last {day}{late}"),
        ("没有重新办理或再次登记过", "Not reopened or registered again"),
    ),
    "step": Steps(
        ("办理环节", "Steps taken"),
        (),
        ("{day}办理过一次{late}", "One step taken, {day}{late}"),
        ("共有{n}办理记录，最近一次在{day}{late}", "Steps taken {n}, last {day}{late}"),
        ("还没有办理记录", "No step taken yet"),
    ),
    "registration": Steps(
        ("登记时间", "Time since registration"),
        ("registered",),
        ("{day}登记", "Registered {day}"),
        ("{day}登记，至今{age}", "Registered {day}, {age} so far"),
        ("没有登记日期", "No day of registration"),
    ),
    "closing": Steps(
        ("是否办结", "Open or closed"),
        ("closed", "reopened"),
        ("{day}办结{late}", "Closed {day}{late}"),
        ("{day}办结后又重新办理{late}", "Reopened {day} after it was closed{late}"),
        ("还没有办结", "Not closed yet"),
    ),
}  # fmt: skip
"""By the name an entry of the catalogue refers to. `step` is any step but registrations and harms; `closing` says how
the dispute stands; `registration` says its age only after the first week."""

MEDIATIONS_ALL_FAILED: Pair = (
    "{n}调解都未成，最近一次在{day}{late}",
    "Mediated {n}, never settled, last {day}{late}",
)
MEDIATIONS_SOME_FAILED: Pair = (
    "{n}调解{failed}未成，最近一次在{day}{late}",
    "Mediated {n}, {failed} without settlement, last {day}{late}",
)
MEDIATION_FAILED: Pair = ("{day}调解未成{late}", "Mediated without settlement {day}{late}")
MEDIATION_SETTLED: Pair = ("{day}调解成功{late}", "Mediated with settlement {day}{late}")

RETURNS: dict[str, Pair] = {
    "reopened": ("重新办理", "reopened"),
    "reregistered": ("再次登记", "registered again"),
}
"""In which way a dispute came back, by the kind of step."""

HARMS: dict[int | None, Pair] = {
    1: ("发生肢体暴力", "physical violence"),
    2: ("受伤（轻伤及以上）", "light injury or worse"),
    3: ("有人死亡", "a death"),
    None: ("发生伤害", "harm"),
}
"""A harm by its severity."""
