"""From the years played to what people read: tables, the picture, the Effect page's file, the registry.

The Effect page reads HOME/trials/effect.json (`models.trial.summary.summary`): `sentence_zh` or `sentence_en`,
`limits_*`, and `table` with a row per arm and figure. It is replaced in one step whenever a trial is reported.
"""

import json
from dataclasses import asdict
from pathlib import Path

import polars as pl

from dagster_project.trial.plan import Plan
from dagster_project.trial.results import Results, read_results
from models.registry.mlflow_store import log_trial
from models.trial.effects import effects
from models.trial.feedback import feedback, township_shares
from models.trial.intervals import ratio
from models.trial.losses import losses
from models.trial.report_page import Tables, page
from models.trial.report_picture import save_picture
from models.trial.summary import as_json, summary
from pipelines.city.profile import Profile
from pipelines.deterministic_write import write_parquet
from pipelines.errors import RefusedInput
from pipelines.home import Home

EFFECT = "effect.json"
PAGE = "trial.md"
PICTURE = "feedback.svg"
PICTURED = ("ranking", "ranking+random", "ranking+naive")


def report_again(home: Home, profile: Profile, run: str) -> str:
    """Report on an earlier trial, whatever code version played it.

    Raises:
        RefusedInput: HOME/trials has no reported run of that name.
    """
    trials = home.root / "trials"
    there = sorted(path.parent.name for path in trials.glob(f"*/{EFFECT}"))
    if run not in there:
        raise RefusedInput(f"no trial {run!r} under {trials}; there is {', '.join(there) or 'none'}")
    folder = trials / run
    world = json.loads((folder / EFFECT).read_text(encoding="utf-8"))["world"]
    return report(home, profile, Plan(**world), folder)


def report(home: Home, profile: Profile, plan: Plan, folder: Path) -> str:
    """Write effects, feedback, township_shares, losses and sweep as Parquet, feedback.svg, trial.md and effect.json.

    Args:
        home: whose `trials` the run lies under.
        profile: the city's, with its full capacity.
        plan: of the run.
        folder: HOME/trials/<run>.

    Returns:
        The sentence, in Chinese and English, or what is still missing.
    """
    results = read_results(folder, profile)
    table = effects(results.attended, results.harms, results.weeks, plan.city_years)
    write_parquet(table, folder / "effects.parquet")
    fed_back = lost = None
    if len(results.at_risk):
        fed_back, lost = _feedback(results, folder), losses(results.at_risk, results.attended, results.weeks)
        write_parquet(lost, folder / "losses.parquet")
    sweeps = sorted((folder / "sweeps").glob("*.parquet"))
    moved = swept(pl.concat(pl.read_parquet(path) for path in sweeps)) if sweeps else None
    if moved is not None:
        write_parquet(moved, folder / "sweep.parquet")
    content = summary(table, folder.name, asdict(plan), profile.settings.capacity.city)
    command = (
        f"fengqiao trial --profile {Path(plan.profile).name} --scale {plan.scale:g} --weeks {plan.weeks}"
    )
    tables = Tables(effects=table, feedback=fed_back, losses=lost, sweep=moved)
    _put(folder / PAGE, page(content, tables, _names(profile), command, PICTURE))
    _put(folder / EFFECT, as_json(content))
    _put(folder.parent / EFFECT, as_json(content))
    log_trial(home, profile, folder, asdict(plan), _headline(table))
    if content["sentence_zh"] is None:
        return "arms are missing for the sentence: it needs nothing, checklist, ranking and oracle"
    return f"{content['sentence_zh']}{content['limits_zh']}\n{content['sentence_en']} {content['limits_en']}"


def swept(rows: pl.DataFrame) -> pl.DataFrame:
    """Outcomes prevented per 100 mediations by setting and arm, over seeds: setting, arm, seeds, value, low, high."""
    tables = []
    for (setting, arm), part in rows.group_by("setting", "arm", maintain_order=True):
        estimate = ratio(
            100 * part["expected_prevented"].to_numpy(), part["attended"].to_numpy().astype(float)
        )
        tables.append((setting, arm, len(part), *estimate))
    return pl.DataFrame(tables, schema=("setting", "arm", "seeds", "value", "low", "high"), orient="row")


def _names(profile: Profile) -> dict[str, str]:
    """Categories and areas by code."""
    named = [profile.categories.select("code", "name_zh"), profile.areas.select("area_code", "name_zh")]
    return {code: name for frame in named for code, name in frame.iter_rows()}


def _feedback(results: Results, folder: Path) -> pl.DataFrame | None:
    """`feedback.feedback`, written down and pictured; None where the weeks are too few for anything to have matured."""
    arms = results.at_risk["arm"].unique().implode()
    visits = results.attended.filter(pl.col("arm").is_in(arms))
    loop = feedback(results.at_risk, visits, results.harms)
    if loop.is_empty():
        return None
    write_parquet(loop, folder / "feedback.parquet")
    shares = township_shares(results.at_risk, visits)
    write_parquet(shares, folder / "township_shares.parquet")
    pictured = pl.col("arm").is_in(pictured_of(loop["arm"].unique().sort().to_list()))
    save_picture(shares.filter(pictured), loop.filter(pictured), folder / PICTURE)
    return loop


def pictured_of(arms: list[str]) -> list[str]:
    """The arms to picture: those that show the effect of marks and random places, or all where none of them was played."""
    return [arm for arm in PICTURED if arm in arms] or arms


def _headline(table: pl.DataFrame) -> dict[str, float]:
    whole = table.filter((pl.col("segment") == "all") & pl.col("value").is_not_null())
    return {f"{row['arm']}.{row['metric']}": row["value"] for row in whole.iter_rows(named=True)}


def _put(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
