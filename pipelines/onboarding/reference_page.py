"""`docs/profile_reference.md`: every setting of a profile and its mappings, out of the models' own descriptions and examples."""

import re
import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipelines.city.settings import ModelFile, Settings
from pipelines.home import REPO
from pipelines.mapping.mapping import FileMapping

PAGE = REPO / "docs" / "profile_reference.md"
FILES: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("profile.yml", Settings, "The settings of a profile: `data/profiles/<name>/profile.yml`."),
    (
        "mappings/*.yml",
        FileMapping,
        "How the source's files become input tables: one file per kind of file, `data/profiles/<name>/mappings/`.",
    ),
    ("model.yml", ModelFile, "Written by `fengqiao retrain --tune`."),
)
HEAD = """# Every setting of a profile · 配置项一览

Written by `make docs` from the models' own descriptions (`pipelines/city/settings.py`, `model_settings.py`, `pipelines/mapping/mapping.py`);
do not edit. A setting that is not named here is refused, with file and line. How to begin: [new_city.md](new_city.md). Columns of the input
tables: [data_dictionary.md](data_dictionary.md). `areas.csv`, `risk_categories.csv`, `units.csv` and `boundaries.geojson` are described there and
in new_city.md.
"""


def page() -> str:
    """The page as it should stand in `docs/`."""
    parts = [HEAD]
    for name, model, meaning in FILES:
        parts.append(f"\n## {name}\n\n{meaning}\n")
        parts += [_section(path, each) for path, each in sections(model)]
    return "".join(parts)


def sections(model: type[BaseModel], path: str = "") -> list[tuple[str, type[BaseModel]]]:
    """A model and the models within it, by the path of their entries, in order of the page."""
    within = [
        (f"{path}.{entry_name(name, field)}".lstrip("."), each)
        for name, field in model.model_fields.items()
        for each in _models(field.annotation)
    ]
    known: set[type[BaseModel]] = set()
    listed: list[tuple[str, type[BaseModel]]] = [(path, model)]
    for inner_path, each in within:
        if each not in known:
            known.add(each)
            listed += sections(each, inner_path)
    return listed


def entry_name(name: str, field: FieldInfo) -> str:
    """How a setting is written in the file."""
    return field.alias or name


def _section(path: str, model: type[BaseModel]) -> str:
    about = re.sub(r"\s+", " ", model.__doc__ or "")
    title = f"\n### `{path}`\n\n{about}\n" if path else ""
    head = "\n| entry | kind | where silent | meaning | example |\n|---|---|---|---|---|\n"
    return title + head + "".join(_row(entry_name(n, f), f) for n, f in model.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    example = _in_yaml({name: field.examples[0]}) if field.examples else ""
    cells = (f"`{name}`", _kind(field), _default(field), field.description or "", f"`{example}`")
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


def _kind(field: FieldInfo) -> str:
    """The kind of value and its bounds, in words."""
    bounds = [
        f"{word} {getattr(rule, name)}"
        for rule in field.metadata
        for name, word in (("ge", "from"), ("gt", "above"), ("le", "to"), ("lt", "below"))
        if getattr(rule, name, None) is not None
    ]
    return ", ".join([_type(field.annotation), *bounds])


def _type(kind: Any) -> str:
    origin, inner = get_origin(kind), [a for a in get_args(kind) if a is not type(None)]
    if origin is Annotated:
        return _type(inner[0])
    if origin is Literal:
        return " or ".join(f"`{word}`" for word in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_type(each) for each in inner))
    if origin is tuple:
        return f"list of {_type(inner[0])}"
    if origin is dict:
        return f"{_type(inner[1])} by {_type(inner[0])}"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "see below"
    return {str: "text", int: "whole number", float: "number", bool: "yes or no"}.get(
        kind, getattr(kind, "__name__", "value")
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return (
            "its own defaults"
            if value == type(value).model_construct()
            else f"`{_in_yaml(value.model_dump(exclude_defaults=True))}`"
        )
    return "" if value in (None, (), {}, "") else f"`{_in_yaml(value)}`"


def _in_yaml(value: Any) -> str:
    """A value as YAML on one line."""
    plain = yaml.safe_load(yaml.safe_dump(_listed(value), allow_unicode=True, sort_keys=False))
    text = yaml.safe_dump(plain, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    text = text.removesuffix("...\n").strip()
    return text[1:-1] if isinstance(value, dict) and text.startswith("{") else text


def _listed(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_listed(each) for each in value]
    return {k: _listed(v) for k, v in value.items()} if isinstance(value, dict) else value


def _models(kind: Any) -> list[type[BaseModel]]:
    """The models a kind of value holds, through lists and alternatives."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [model for inner in get_args(kind) for model in _models(inner)]


def write_page(path: Path = PAGE) -> None:
    """Write the page anew."""
    path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write_page()
