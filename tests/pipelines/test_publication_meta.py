"""`meta.json` is what its model says: what the product wrote passes, and nothing else."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipelines.tables.publication_meta import PublicationMeta


@pytest.fixture(scope="module")
def written(small_city) -> dict:
    text = next(Path(small_city.home, "published").glob("????-??-??/meta.json")).read_text(encoding="utf-8")
    return json.loads(text)


def test_what_the_product_wrote_is_what_the_model_says(written: dict) -> None:
    meta = PublicationMeta.model_validate(written)
    assert list(PublicationMeta.model_fields) == list(written)
    assert meta.model_dump(mode="json") == written


@pytest.mark.parametrize("fault", ["more", "less", "another kind", "more of the model"])
def test_another_entry_is_refused(written: dict, fault: str) -> None:
    wrong = {
        "more": written | {"surprise": 1},
        "less": {name: value for name, value in written.items() if name != "capacity"},
        "another kind": written | {"capacity": "many"},
        "more of the model": written | {"model": written["model"] | {"surprise": 1}},
    }[fault]
    with pytest.raises(ValidationError):
        PublicationMeta.model_validate(wrong)
