"""The model card, in Chinese or English, from what the registry holds; the texts stand in `data/reference`."""

from pathlib import Path

import polars as pl

from models.backtesting.fairness_limits import group_name
from models.card.card_audit import FILES, Language, Value, fairness, families, figure
from models.card.markdown import table
from models.display_names import AXES, EVENTS, METRIC_NAMES, MODEL_NAMES, ORIGINS, SIMULATED
from models.protocol.time_splits import gap_days
from models.registry.registry import Event, Registered, champion, events
from models.wording import Message
from pipelines.city.profile import REFERENCE, Profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home

METRICS = ("recall_at_capacity", "precision_at_capacity", "pr_auc", "roc_auc", "brier_skill", "ece")


def card(version: Registered, story: list[tuple[Event, Registered]], profile: Profile, lang: Language) -> str:
    """The model card as Markdown; the same registry gives the same bytes.

    Args:
        version: whose card it is.
        story: `registry.events`.
        profile: of the home.
        lang: zh or en.
    """
    settings, signed, trained = profile.settings, version.signature, version.trained
    whole = version.metrics.filter(pl.col("as_of").is_null())
    ours = _values(whole, "lightgbm", "all")
    folds = version.folds
    text = (REFERENCE / f"model_card.{lang}.md").read_text(encoding="utf-8")
    return text.format(
        version=version.version,
        title=getattr(settings, f"title_{lang}"),
        banner=_in(SIMULATED, lang) if signed.origin == "simulated" else "",
        profile=signed.profile,
        origin=_in(ORIGINS[signed.origin], lang),
        trained_as_of=signed.trained_as_of,
        trained_until=trained.trained_until,
        expires_on=version.expires_on,
        catalogue_hash=signed.catalogue_hash,
        code_version=signed.code_version,
        data_hash=signed.data_hash[:16],
        rounds=trained.rounds,
        n_features=len(trained.names),
        watch_days=settings.watch_days,
        horizon_days=settings.horizon_days,
        outcome=getattr(settings, f"outcome_{lang}"),
        capacity=settings.capacity.city,
        n_folds=len(folds),
        test_from=folds["test_from"].min(),
        test_until=folds["test_until"].max(),
        gap_days=gap_days(settings.horizon_days, settings.label_maturity_days),
        n_rows=f"{ours['n'][0]:,.0f}",
        n_positives=f"{ours['n_positives'][0]:,.0f}",
        base_rate=f"{ours['base_rate'][0]:.2%}",
        hits_per_100=f"{100 * ours['precision_at_capacity'][0]:.0f}",
        performance=_performance(whole, lang),
        segments=_segments(whole, profile, lang),
        fairness=fairness(version.metrics, profile, lang),
        families=families(
            version.family_metrics, [name for name in FILES.values() if version.file(name)], lang
        ),
        reasons=_reasons(version.reasons, lang),
        history=_history(story, lang),
    )


def write_cards(home: Home, profile: Profile, folder: Path) -> list[Path]:
    """Write the champion's card as `model_card.md` (zh) and `model_card.en.md`.

    Raises:
        FengqiaoError: there is no champion to write one of.
    """
    version = champion(home, profile)
    if version is None:
        raise FengqiaoError(f"{home.root} has no champion: run `fengqiao retrain --promote` first")
    story = events(home, profile)
    folder.mkdir(parents=True, exist_ok=True)
    names: dict[Language, str] = {"zh": "model_card.md", "en": "model_card.en.md"}
    for lang, name in names.items():
        (folder / name).write_text(card(version, story, profile, lang), encoding="utf-8")
    return [folder / name for name in names.values()]


def _values(whole: pl.DataFrame, model: str, segment: str) -> dict[str, Value]:
    rows = whole.filter((pl.col("model") == model) & (pl.col("segment") == segment)).drop_nulls("value")
    return {
        name: (value, low, high)
        for name, value, low, high in rows.select("metric", "value", "low", "high").iter_rows()
    }


def _performance(whole: pl.DataFrame, lang: Language) -> str:
    lines = [
        [_in(name, lang), *(figure(values.get(metric)) for metric in METRICS)]
        for model, name in MODEL_NAMES.items()
        if (values := _values(whole, model, "all"))
    ]
    return table(["", *(_in(METRIC_NAMES[name], lang) for name in METRICS)], lines)


def _segments(whole: pl.DataFrame, profile: Profile, lang: Language) -> str:
    shown = ("recall_at_capacity", "ece")
    segments = whole.filter(pl.col("model") == "lightgbm")["segment"].unique(maintain_order=True).sort()
    lines = [
        [
            _segment_name(segment, profile, lang),
            f"{values['n_positives'][0]:,.0f}",
            *(figure(values.get(name)) for name in shown),
        ]
        for segment in segments
        if segment != "all" and (values := _values(whole, "lightgbm", segment)).get("n_positives", (0,))[0]
    ]
    return table(["", *(_in(METRIC_NAMES[name], lang) for name in ("n_positives", *shown))], lines)


def _segment_name(segment: str, profile: Profile, lang: Language) -> str:
    axis, group = segment.split("=", 1)
    return f"{_in(AXES[axis], lang)}: {_in(group_name(profile, axis, group), lang)}"


def _reasons(reasons: pl.DataFrame, lang: Language) -> str:
    lines = [
        f"{at}. {text} — {share:.0%}\n"
        for at, (text, share) in enumerate(reasons.select(f"example_{lang}", "share").iter_rows(), start=1)
    ]
    return "".join(lines)


def _history(story: list[tuple[Event, Registered]], lang: Language) -> str:
    lines = []
    for event, version in story:
        why = f": {_in(version.refused, lang)}" if event == "refused" and version.refused else ""
        lines.append(
            f"- {version.signature.trained_as_of} {version.version}: {_in(EVENTS[event], lang)}{why}\n"
        )
    return "".join(lines)


def _in(text: Message, lang: Language) -> str:
    return text.zh if lang == "zh" else text.en
