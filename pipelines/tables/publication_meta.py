"""`meta.json` of a publication: what each entry is; the writer fills it, and nothing else may stand in the file."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


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
    watch: dict[str, Any] = Field(
        description="How many signals are watched and crossed, and the crossed ones in words."
    )
    families: dict[str, FamilyEntry]
