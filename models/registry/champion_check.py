"""Check whether the champion may score this Monday: provenance, expiry of its card, and precision of its lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from models.registry.registry import Registered
from models.wording import Message, message
from pipelines.city.published_lists import read_city_lists
from pipelines.home import Home

WATCHED_WEEKS = 8
LEAST_LIFT = 2.0


@dataclass(frozen=True)
class Usability:
    """Whether a version may be used, and the reason in both languages."""

    usable: bool
    reason: Message


@dataclass(frozen=True, kw_only=True)
class ScoringContext:
    """The Monday and the data that the champion must fit."""

    as_of: date
    profile: str
    origin: str
    catalogue_hash: str


def usability(champion: Registered, now: ScoringContext, precision: "Precision | None") -> Usability:
    """The result of the checks of provenance, expiry (boundary 15) and withdrawal, in this order; the first failure is the reason.

    Args:
        champion: the version in use.
        now: what it would score.
        precision: how its last matured lists came true; None where there are not enough of them.
    """
    signed = champion.signature
    foreign = mismatch(champion, now)
    if foreign is not None:
        return foreign
    if signed.catalogue_hash != now.catalogue_hash:
        return _no("other_catalogue", champion)
    if now.as_of < signed.trained_as_of:
        return _no("not_yet", champion, registered_as_of=signed.trained_as_of)
    if now.as_of > champion.expires_on:
        return _no("expired", champion, expires_on=champion.expires_on)
    if precision is not None and precision.lift < LEAST_LIFT:
        return _no(
            "withdrawn",
            champion,
            weeks=precision.weeks,
            precision=f"{precision.listed:.2%}",
            base_rate=f"{precision.base_rate:.2%}",
        )
    trained_until = champion.trained.trained_until
    return Usability(True, message("model_in_use", version=champion.version, trained_until=trained_until))


def mismatch(registered: Registered, now: ScoringContext) -> Usability | None:
    """The reason why a version trained for another profile or origin may not be used, or None."""
    signed = registered.signature
    if signed.profile != now.profile:
        return _no("other_profile", registered, theirs=signed.profile, ours=now.profile)
    if signed.origin != now.origin:
        return _no("other_origin", registered, theirs=signed.origin, ours=now.origin)
    return None


@dataclass(frozen=True)
class Precision:
    """Over several matured weeks together: share of the ranked list, and of all disputes, with an outcome."""

    weeks: int
    listed: float
    base_rate: float

    @property
    def lift(self) -> float:
        """Precision over the base rate; infinite where no outcome happened at all."""
        return self.listed / self.base_rate if self.base_rate > 0 else float("inf")


def published_precision(warnings: pl.DataFrame, labels: pl.DataFrame) -> Precision | None:
    """Precision over the newest eight matured weeks together; a single week has too few outcomes.

    Args:
        warnings: published rows of one version in matured weeks: as_of, dispute_id, listed, selection.
        labels: as_of, dispute_id, label; only rows that may evaluate (boundary 14).

    Returns:
        None where fewer than eight weeks were published by it.
    """
    judged = warnings.join(labels, on=["as_of", "dispute_id"], how="inner")
    weeks = judged["as_of"].unique().sort().tail(WATCHED_WEEKS)
    if len(weeks) < WATCHED_WEEKS:
        return None
    recent = judged.filter(pl.col("as_of").is_in(weeks.implode()))
    listed = recent.filter(pl.col("selection") == "ranked")
    return Precision(len(weeks), _rate(listed), _rate(recent))


def published_weeks(home: Home, version: str, mondays: Sequence[date]) -> pl.DataFrame:
    """The city's lists that one model version published in these weeks: as_of, dispute_id, listed, selection."""
    paths = [home.published / monday.isoformat() / "dispute_warnings.parquet" for monday in mondays]
    columns = ["as_of", "dispute_id", "listed", "selection", "model_version"]
    weeks = read_city_lists(paths, columns)
    if weeks is None:
        return pl.DataFrame(
            schema={"as_of": pl.Date, "dispute_id": pl.String, "listed": pl.Boolean, "selection": pl.String}
        )
    return weeks.filter(pl.col("model_version") == version).drop("model_version")


def _rate(rows: pl.DataFrame) -> float:
    return float(rows["label"].cast(pl.Float64).mean() or 0.0)  # pyright: ignore[reportArgumentType]


def _no(code: str, champion: Registered, **facts: object) -> Usability:
    return Usability(False, message(code, version=champion.version, **facts))
