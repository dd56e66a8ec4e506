"""`meta.json` of a publication: what each entry is. It is written and read by way of this model alone."""

import json
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import FengqiaoError
from pipelines.home import SCHEMA_VERSION

META = "meta.json"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class ModelEntry(_Entry):
    """Which model made the list, whether it may be used and why, and how good its backtest was."""

    version: str = Field(description="The version that scored, or `checklist`.")
    champion: str | None
    usable: bool
    reason_zh: str
    reason_en: str
    catalogue_hash: str
    trained_until: date | None
    registered_as_of: date | None
    expires_on: date | None
    metrics: dict[str, dict[str, float | None]] = Field(description="Pooled metrics: value, low, high.")


class FamilyEntry(_Entry):
    """Whether a family of warnings is published, and why or why not."""

    published: bool
    reason_zh: str
    reason_en: str


class InputEntry(_Entry):
    """What became of one file's rows for one table."""

    file: str
    file_id: str
    table: str
    encoding: str | None
    read: int
    loaded: int
    quarantined: int
    duplicates: int
    unchanged: int


class SignalCount(_Entry):
    """How many of one kind of signal are watched and crossed."""

    watched: int
    crossed: int


class CrossedSignal(_Entry):
    """A signal beyond its limit, in words."""

    signal: str
    segment: str
    value: float | None
    usual: float | None
    strength: float | None
    limit: float | None
    reason_zh: str
    reason_en: str


class WatchEntry(_Entry):
    """What the weekly monitoring looked at, and what was out of the ordinary."""

    watched: int
    crossed: int
    signals: dict[str, SignalCount]
    rows: list[CrossedSignal]


class PublicationMeta(_Entry):
    """What a publication was made from and how far it may be trusted; no wall-clock time in it."""

    schema_version: int
    code_version: str
    as_of: date
    profile: str
    title_zh: str
    title_en: str
    origin: str
    synthetic: bool
    data_from: datetime | None
    data_until: datetime | None
    data_digest: str
    rows: dict[str, int] = Field(description="Records in force on the Monday, by input table.")
    inputs: list[InputEntry]
    left_out: list[str] = Field(
        default=[], description="Files of the landing folder that could not be read at all."
    )
    quarantine: dict[str, dict[str, int]] = Field(description="Rows set aside, by table and rule.")
    excluded: dict[str, int] = Field(description="Disputes at risk that are not ranked, by reason.")
    capacity: int
    listed: int
    ranked: int
    horizon_days: int
    outcome_zh: str
    outcome_en: str
    levels: dict[str, float] = Field(description="Lowest probability of each level.")
    model: ModelEntry
    watch: WatchEntry
    families: dict[str, FamilyEntry]

    def as_bytes(self) -> bytes:
        """The file's content: equal entries give equal bytes."""
        return (json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n").encode()


def read_meta(folder: Path) -> PublicationMeta:
    """The entries of a published folder.

    Args:
        folder: HOME/published/<as_of>, or what it points at.

    Raises:
        FengqiaoError: the file is damaged, or of another release; says what to do.
    """
    path = folder / META
    again = f"`fengqiao run --data FOLDER --since {folder.name[:10]}` publishes that week again"
    try:
        content = json.loads(path.read_bytes())
        schema = content["schema_version"]
        if schema > SCHEMA_VERSION:
            raise FengqiaoError(
                f"{path} has schema {schema} and this program reads {SCHEMA_VERSION}: use the release that wrote it"
            )
        return PublicationMeta.model_validate(content)
    except ValidationError as problem:
        entry = ".".join(map(str, problem.errors()[0]["loc"]))
        raise FengqiaoError(f"{path} was written by another release (entry {entry}): {again}") from problem
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise FengqiaoError(f"{path} cannot be read ({problem}): {again}") from problem
