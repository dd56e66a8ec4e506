"""docs/profile_reference.md: fresh, and every setting with its meaning and an example that is accepted."""

from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipelines.onboarding.reference_page import FILES, PAGE, entry_name, page, sections

FIELDS = [
    pytest.param(model, name, field, id=f"{model.__name__}.{name}")
    for _, root, _ in FILES
    for _, model in sections(root)
    for name, field in model.model_fields.items()
]


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


@pytest.mark.parametrize(("model", "name", "field"), FIELDS)
def test_every_setting_has_its_meaning_and_an_example_that_is_accepted(
    model: type[BaseModel], name: str, field: FieldInfo
) -> None:
    assert field.description
    assert field.examples
    entry: dict[str, Any] = {entry_name(name, field): field.examples[0]}
    needed = {
        entry_name(n, f): f.examples[0]
        for n, f in model.model_fields.items()
        if f.is_required() and f.examples
    }
    model.model_validate(EXACTLY_ONE.get((model.__name__, name), {}) | needed | entry)


EXACTLY_ONE = {
    ("Outcome", "min_severity"): {"table": "outcomes"},
    ("Outcome", "at_least"): {"event_types": ["reopened"]},
}
"""What an example needs beside it."""
