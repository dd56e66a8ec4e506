"""Words that files of a made-up city are written with: data, so that no logic holds a label."""

from functools import cache
from typing import Any

from pipelines.city.profile import REFERENCE
from pipelines.city.yaml_text import yaml_data


@cache
def made_up_names() -> dict[str, Any]:
    """`data/reference/made_up_names.yml`: marks, place and party names, answers, planted faults."""
    return yaml_data((REFERENCE / "made_up_names.yml").read_text(encoding="utf-8"))
