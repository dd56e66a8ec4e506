"""The page of every sentence a reason may say, written from the catalogue: `python -m models.escalation.sentences_page`."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from features.catalogue.catalogue import CATALOGUE
from features.catalogue.feature import Feature
from features.catalogue.own_steps import OWN_STEPS
from models.escalation.own_record_sentences import OwnRecord, own_sentence
from models.escalation.reason_sentences import reason_group
from pipelines.home import REPO

PAGE = REPO / "docs" / "reason_sentences.md"
MONDAY = date(2026, 11, 30)
HEAD = """# What a reason says · 理由说什么

Written by `make docs` from the feature catalogue; do not edit. Reasons are as of Monday 30 November 2026 on this page.
由 `make docs` 按特征目录写出，请勿手改。本页理由的截至日为2026年11月30日（周一）。

- What was done or reported in a dispute is told from its own records known before the Monday: by the day it happened; where it was entered more than three days later, the day of entry too.
  纠纷自身的办理和报告，按周一之前已得知的记录来说：以发生日期为准；发生三天以后才录入的，另注录入日期。
- Figures of a place or a pair count what was entered in the period. 地区和同一对当事人的数字，按该时段内录入的记录计。
- The newest harm, blows or weapon is among the reasons of a dispute whatever it weighs. 最近一次伤害、动手或持械，不论权重，总在理由之中。
- What is no reason by itself weighs and is not told: the last table. 本身不成理由的，可计权重，但不列为理由，见末表。

"""


def page() -> str:
    """The text of the page in `docs/`."""
    own = "".join(_own_rows(name) for name in OWN_STEPS)
    values = "".join(_value_rows(f) for f in CATALOGUE if reason_group(f.name) and f.own_steps is None)
    silent = "".join(
        f"| `{f.name}` | {f.label_zh} | {f.label_en} |\n" for f in CATALOGUE if not reason_group(f.name)
    )
    return (
        f"{HEAD}## Of the dispute's own records · 纠纷自身的记录\n\n| columns | records | 中文 | English |\n|---|---|---|---|\n{own}\n"
        f"## Of figures · 数字\n\n| column | value | 中文 | English |\n|---|---|---|---|\n{values}\n"
        f"## Never told · 不列为理由\n\n| column | 中文 | English |\n|---|---|---|\n"
        f"| `category`, `channel`, `relation` | 纠纷类别、来源渠道、当事人关系 | Category, channel, relation of the parties |\n{silent}"
    )


def example_records(name: str) -> list[tuple[str, list[OwnRecord]]]:
    """Made-up histories of one kind of step, each with what it shows."""
    kind = (OWN_STEPS[name].kinds or ("mediation",))[0]

    def one(
        ago: int, late: int = 0, kind: str = kind, result: str | None = None, severity: int | None = None
    ) -> OwnRecord:
        at = datetime.combine(MONDAY, datetime.min.time()) - timedelta(days=ago)
        return OwnRecord(kind, at, at + timedelta(days=late), result, severity)

    histories = [
        ("none", []),
        ("yesterday", [one(1)]),
        ("three days ago", [one(3)]),
        ("long ago, entered late", [one(54, 51)]),
        ("last year", [one(400)]),
    ]
    if name not in ("registration", "closing"):
        histories += [("twice", [one(40), one(12)]), ("twelve times", [one(5 * n) for n in range(1, 13)])]
    if name == "harm":
        histories += [(f"severity {n}", [one(26, severity=n)]) for n in (1, 2, 3)]
    if name == "mediation":
        bad, good = one(30, result="failed"), one(12, result="settled")
        histories += [("one failed", [bad]), ("two, one failed", [bad, good]), ("two, both failed", [bad, bad]),
                      ("three, two failed", [bad, bad, good])]  # fmt: skip
    if name == "closing":
        histories.append(("reopened", [one(40), one(12, kind="reopened")]))
    return histories


def example_values(entry: Feature) -> Iterable[float]:
    """Values that bring out every pattern of a feature, with a large and a fractional one where it takes them."""
    by_unit = {
        "flag": (0.0, 1.0), "grade": (1.0, 3.0, 5.0), "yuan": (0.0, 800.0, 35_000.0), "ratio": (0.0, 0.5, 1.8), "weeks": (-3.0, 0.0, 1.0, 6.0),
        "hours": (0.5, 5.0, 72.0), "days": (0.4, 1.0, 12.3), "people": (2.0, 31_000.0),
    }  # fmt: skip
    values = by_unit.get(entry.unit, (0.0, 1.0, 2.0, 132.0))
    if entry.unit == "days" and entry.entity == "none":
        values = (-5.0, 0.0, 1.0, 12.0)
    elif entry.aggregation == "sum" and entry.unit == "disputes":
        values = (0.0, 0.4, 2.5)
    return (*values, float("nan")) if entry.when_none != entry.when_none else values


def _own_rows(name: str) -> str:
    columns = ", ".join(f"`{f.name}`" for f in CATALOGUE if f.own_steps == name)
    rows = ""
    for shows, records in example_records(name):
        said = own_sentence(name, records, MONDAY)
        rows += f"| {columns} | {shows} | {said.zh} | {said.en} |\n"
        columns = ""
    return rows


def _value_rows(entry: Feature) -> str:
    rows, name = "", f"`{entry.name}`"
    for value in example_values(entry):
        zh, en = entry.sentence(value)
        rows += f"| {name} | {'missing' if value != value else f'{value:g}'} | {zh} | {en} |\n"
        name = ""
    return rows


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
