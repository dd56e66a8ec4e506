"""The feature dictionary page, written from the catalogue: `python -m features.dictionary`."""

from features.catalogue import CATALOGUE, catalogue_hash
from features.feature import WINDOWS, Feature
from pipelines.home import REPO

PAGE = REPO / "docs" / "feature_dictionary.md"
HEAD = """# Feature dictionary · 特征字典

Written by `make docs` from `features/entries/`; do not edit. {n} columns, catalogue hash `{hash}`.
Every value is what was known before the as-of date. 每个值只取截至日之前已知的记录。

| name | 中文 | English | source | of | how | window | unit | none | sign | group |
|---|---|---|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The page as it should stand in `docs/`."""
    return HEAD.format(n=len(CATALOGUE), hash=catalogue_hash()) + "".join(map(_row, CATALOGUE))


def _row(f: Feature) -> str:
    window = WINDOWS[f.weeks] if f.aggregation not in ("attribute", "calendar") else ""
    none = "missing" if f.when_none != f.when_none else f"{f.when_none:g}"
    sign = {1: "+", -1: "-", 0: ""}[f.direction]
    cells = (
        f"`{f.name}`",
        f.label_zh,
        f.label_en,
        f.source,
        f.entity,
        f.aggregation,
        window,
        f.unit,
        none,
        sign,
        f.group,
    )
    return "| " + " | ".join(cells) + " |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
