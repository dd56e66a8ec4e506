"""`meta.json` is what its model says: what the product wrote passes, and nothing else."""

import ast
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipelines.errors import FengqiaoError
from pipelines.home import REPO, SCHEMA_VERSION
from pipelines.tables.publication_meta import META, PublicationMeta, read_meta

WEEK = "2024-12-30"
AGAIN = f"--since {WEEK}` publishes that week again"
NEWER = f"has schema 99 and this program reads {SCHEMA_VERSION}: use the release that wrote it"


@pytest.fixture(scope="module")
def written(small_city) -> dict:
    return json.loads((small_city.home / "published" / WEEK / META).read_text(encoding="utf-8"))


def test_what_the_product_wrote_is_what_the_model_says(written: dict) -> None:
    meta = PublicationMeta.model_validate(written)
    assert list(PublicationMeta.model_fields) == list(written)
    assert json.loads(meta.as_bytes()) == written


def test_reading_and_writing_again_changes_no_byte(small_city, written: dict) -> None:
    folder = small_city.home / "published" / WEEK
    assert read_meta(folder).as_bytes() == (folder / META).read_bytes()


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


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        ("missing", AGAIN),
        ("empty", AGAIN),
        ("torn", AGAIN),
        ("no bytes of a text", AGAIN),
        ("a list", AGAIN),
        ("no schema", AGAIN),
        ("a schema in words", AGAIN),
        ("an entry less", AGAIN),
        ("an entry more", AGAIN),
        ("newer", NEWER),
    ],
)
def test_a_damaged_file_or_one_of_another_release_is_a_sentence_with_a_remedy(
    written: dict, tmp_path: Path, fault: str, remedy: str
) -> None:
    folder = tmp_path / WEEK
    folder.mkdir()
    whole = json.dumps(written, ensure_ascii=False).encode()
    content = {
        "empty": b"",
        "torn": whole[: len(whole) // 2],
        "no bytes of a text": b"\xff\xfe\x00",
        "a list": b"[]",
        "no schema": b"{}",
        "a schema in words": json.dumps(written | {"schema_version": "one"}).encode(),
        "an entry less": json.dumps({k: v for k, v in written.items() if k != "capacity"}).encode(),
        "an entry more": json.dumps(written | {"surprise": 1}).encode(),
        "newer": json.dumps({"schema_version": 99, "surprise": 1}).encode(),
    }.get(fault)
    if content is not None:
        (folder / META).write_bytes(content)
    with pytest.raises(FengqiaoError) as problem:
        read_meta(folder)
    assert remedy in str(problem.value)
    assert "\n" not in str(problem.value)


def test_the_file_is_named_by_its_model_alone() -> None:
    """Whoever wants an entry asks the model; nobody opens the file by its name."""
    floors = ("pipelines", "features", "models", "dashboards", "dagster_project")
    named = [
        str(path.relative_to(REPO))
        for floor in floors
        for path in sorted((REPO / floor).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value == META
    ]
    assert named == ["pipelines/tables/publication_meta.py"]
