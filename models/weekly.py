"""The models floor's part of the main job: ensure a champion, score the Monday, publish it.

Everything is read from the warehouse and written under the home; nothing here knows of Dagster.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.catalogue.catalogue import catalogue_hash
from models.escalation.default_order import with_order
from models.progress import Progress, silent
from models.publishing.publish import publish_week
from models.registry import registry
from models.registry.candidate import Candidate, make_candidate, signature
from models.registry.promotion import (
    PromotionInputs,
    baselines_not_beaten,
    paired_difference,
    unmet_conditions,
)
from models.scope import WHOLE, Scope
from models.wording import Message, joined, message
from pipelines.city.profile import Profile
from pipelines.home import Home, origin_of
from pipelines.warehouse.warehouse import open_warehouse


@dataclass(frozen=True)
class Verdict:
    """The model in use (`checklist` where there is none, whatever orders the list then), and the reason in both languages."""

    version: str
    reason_zh: str
    reason_en: str


def train_champion_if_none(
    home: Home, profile: Profile, as_of: date, progress: Progress = silent, scope: Scope = WHOLE
) -> Verdict:
    """Train, backtest and register a first model where there is no champion.

    It becomes champion by itself if its backtest recall at capacity beats that of every rule an office could follow
    without a model, by the lower end of the paired interval, and only then.
    The same data, code and Monday that were refused before are not tried again.
    """
    present = registry.champion(home, profile)
    if present is not None:
        until = present.trained.trained_until
        return _verdict(
            present.version, message("model_in_use", version=present.version, trained_until=until)
        )
    with open_warehouse(home.warehouse, read_only=True) as con:
        tags = signature(con, home, profile, as_of).tags()
    before = registry.find_version(home, profile, tags)
    if before is not None and before.refused is not None:
        return _no_model(profile, before.refused)
    if before is not None:
        return _promote_if_better(home, profile, before)
    candidate = make_candidate(home, profile, as_of, progress, scope)
    if isinstance(candidate, Message):
        return _no_model(profile, candidate)
    return _promote_if_better(home, profile, candidate.registered)


def score_and_publish(
    home: Home, profile: Profile, as_of: date, progress: Progress = silent, scope: Scope = WHOLE
) -> Path:
    """Score every dispute at risk on the Monday and publish the week in one atomic step.

    `scope` may leave out what the list does not follow from (`publish.publish_week`).

    Returns:
        HOME/published/<as_of>.
    """
    champion = registry.champion(home, profile)
    evidence = champion or registry.by_alias(home, profile, registry.CHALLENGER)
    return publish_week(home, profile, as_of, origin_of(home), champion, evidence, progress, scope)


def retrain(
    home: Home,
    profile: Profile,
    as_of: date,
    promote: bool = False,
    progress: Progress = silent,
    scope: Scope = WHOLE,
) -> str:
    """Train a challenger on everything matured; with `promote`, make it champion if it meets every condition.

    `scope` may leave out what no promotion is decided on (`candidate.make_candidate`).

    Returns:
        What came of it, in Chinese and English; a refusal lists every unmet condition.
    """
    candidate = make_candidate(home, profile, as_of, progress, scope)
    if isinstance(candidate, Message):
        return _both(candidate)
    version = candidate.registered.version
    if not promote:
        return _both(message("challenger", version=version))
    unmet = unmet_conditions(_promotion_inputs(home, profile, candidate), profile)
    if unmet:
        reason = message("refused", version=version, conditions=joined(unmet))
        registry.refuse(home, profile, candidate.registered.number, reason)
        return _both(reason)
    registry.set_champion(home, profile, candidate.registered.number)
    return _both(message("promoted", version=version))


def _promote_if_better(home: Home, profile: Profile, registered: registry.Registered) -> Verdict:
    """Judge a registered version by its backtest and promote it if it meets every condition; a rerun after a kill judges the version already registered."""
    version = registered.version
    unmet = baselines_not_beaten(registered.metrics, profile.settings.capacity.city)
    if not unmet:
        registry.set_champion(home, profile, registered.number)
        return _verdict(version, message("promoted", version=version))
    reason = message("not_better", version=version, conditions=joined(unmet))
    registry.refuse(home, profile, registered.number, reason)
    return _no_model(profile, reason)


def _promotion_inputs(home: Home, profile: Profile, candidate: Candidate) -> PromotionInputs:
    settings = profile.settings
    present = registry.champion(home, profile)
    if present is None or present.signature.catalogue_hash != catalogue_hash():
        return PromotionInputs(metrics=candidate.backtest.metrics, difference=None, has_champion=False)
    path = home.backtests / present.backtest / "predictions.parquet"
    difference = None
    if path.is_file():
        difference = paired_difference(
            candidate.backtest.predictions,
            pl.read_parquet(path),
            settings.capacity.city,
            settings.backtest.bootstrap,
            settings.seed,
        )
    return PromotionInputs(metrics=candidate.backtest.metrics, difference=difference, has_champion=True)


def _no_model(profile: Profile, reason: Message) -> Verdict:
    return _verdict("checklist", with_order(reason, profile.settings))


def _verdict(version: str, reason: Message) -> Verdict:
    return Verdict(version, reason.zh, reason.en)


def _both(message: Message) -> str:
    return f"{message.zh} {message.en}"
