"""The feature dictionary page, written from the catalogue and its figures: `python -m features.catalogue.dictionary_page`."""

import polars as pl

from features.catalogue.catalogue import CATALOGUE, catalogue_hash
from features.catalogue.feature import WINDOWS, Feature
from pipelines.home import REPO

PAGE = REPO / "docs" / "feature_dictionary.md"
FIGURES = REPO / "docs" / "feature_figures.csv"
"""Figures of every column in a small simulated city, written by `dagster_project.command.sample_city`."""
HEAD = """# Feature dictionary · 特征字典

Written by `make docs` from `features/entries/` and `docs/feature_figures.csv`; do not edit. {n} columns, catalogue hash `{hash}`.
Every value is what was known before the as-of date. 每个值只取截至日之前已知的记录。

- **source, of, how, window**: which records; whose (`none`: the row's own); what is made of them ([semantics](feature_semantics.md)); known how long before the Monday.
  哪类记录；属于谁；如何汇总；截至日前多久以内得知。
- **none**: the value where there is no record. **sign**: `+` where more is known never to lower the danger. **group**: reasons are added up within it.
  无记录时取何值；`+` 表示已知数值越大危险不会降低；同组理由合并计算。
- **missing, range**: share of rows without a value; the middle 98 % of the values. 缺失占比；取值范围（去掉两端各1%）。
- **arrives**: days within which nine of ten of its records were known after they happened; blank where no record makes it. 九成记录在发生后多少天内录入。
- **late**: share of values that would be others had every record been known the moment it happened. Days since something nearly always are, by that very lag.
  假如每条记录在发生时即已知，有多少取值会不同。

Figures are of a small made-up city (`dagster_project/command/sample_city.py`), and say nothing of a real one: `fengqiao features` writes those of your data, in `columns.csv`.
数字来自一座小型模拟城市，不代表任何真实城市；真实数据的数字见 `fengqiao features` 写出的 `columns.csv`。

| name | 中文 | English | source | of | how | window | unit | none | sign | group | missing | range | arrives | late |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The text of the feature dictionary page in `docs/`."""
    figures_of = {row["name"]: row for row in pl.read_csv(FIGURES, infer_schema=False).iter_rows(named=True)}
    head = HEAD.format(n=len(CATALOGUE), hash=catalogue_hash())
    return head + "".join(_row(f, figures_of.get(f.name, {})) for f in CATALOGUE)


def figures(described: pl.DataFrame) -> str:
    """The frame of `features.column_profile` as CSV: shares in per cent, ranges with three significant digits, delays in tenths of a day."""
    lines = ["name,missing,low,high,arrives,late"]
    for row in described.iter_rows(named=True):
        low, high = (_three_figures(row[end]) for end in ("low", "high"))
        arrives = "" if row["arrival_days"] is None else f"{row['arrival_days']:.1f}"
        lines.append(f"{row['name']},{row['missing']:.1%},{low},{high},{arrives},{row['changed_later']:.1%}")
    return "\n".join(lines) + "\n"


def _three_figures(value: float | None) -> str:
    if value is None:
        return ""
    rounded = float(f"{value:.3g}")
    return f"{rounded:.0f}" if abs(rounded) >= 100 else f"{rounded:g}"


def _row(f: Feature, figures_of: dict[str, str]) -> str:
    window = WINDOWS[f.weeks] if f.aggregation not in ("attribute", "calendar") else ""
    none = "missing" if f.when_none != f.when_none else f"{f.when_none:g}"
    sign = {1: "+", -1: "-", 0: ""}[f.direction]
    own = (f.label_zh, f.label_en, f.source, f.entity, f.aggregation, window, f.unit, none, sign, f.group)
    between = " to ".join(dict.fromkeys(figures_of.get(end) or "" for end in ("low", "high")))
    figure_cells = (figures_of.get("missing"), between, figures_of.get("arrives"), figures_of.get("late"))
    return "| " + " | ".join((f"`{f.name}`", *own, *(cell or "" for cell in figure_cells))) + " |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
