"""Commands for model engineers: backtest, features, retrain, trial, card."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.command.cli_options import (
    AsOf,
    HomeFolder,
    Memory,
    ProfileName,
    city_of,
    monday_of,
    new_stages,
    say,
)

app = typer.Typer()


@app.command()
def backtest(
    profile: ProfileName = "qujing", home: HomeFolder = None, as_of: AsOf = None, memory: Memory = None
) -> None:
    """Replay the past fold by fold; write predictions and metrics under HOME/backtests."""
    from models.registry.candidate import backtest_and_save
    from pipelines.warehouse.as_of import newest_as_of

    city, stages = city_of(profile, home), new_stages()
    with stages.stage("backtest") as progress:
        folder = backtest_and_save(
            city.home,
            city.profile,
            monday_of(as_of) or newest_as_of(city.home, city.profile),
            progress=progress,
        )
    say(f"backtest in {folder}")


@app.command()
def features(
    out: Annotated[Path, typer.Option(help="Folder for the Parquet files, outside the home.")],
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    as_of: AsOf = None,
    unit: Annotated[str, typer.Option(help="What a row is: dispute, place or service.")] = "dispute",
    weeks: Annotated[int, typer.Option(min=1, help="How many Mondays, --as-of the last.")] = 156,
    engine: Annotated[str, typer.Option(help="local, or dask: county by county over a cluster.")] = "local",
    workers: Annotated[int, typer.Option(min=1, help="Of a Dask cluster on this machine.")] = 2,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask cluster that is there.")] = None,
    memory: Memory = None,
) -> None:
    """Write the features of the last weeks, a Parquet file per county."""
    from features.county_export import write_history
    from pipelines.warehouse.as_of import newest_as_of

    city = city_of(profile, home)
    last = monday_of(as_of) or newest_as_of(city.home, city.profile)
    say(write_history(city.home, city.profile, unit, last, weeks, out, engine, workers, scheduler))


@app.command()
def retrain(
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    as_of: AsOf = None,
    promote: Annotated[bool, typer.Option(help="Make it champion if every condition is met.")] = False,
    rollback: Annotated[bool, typer.Option(help="Make the champion before this one champion again.")] = False,
    tune: Annotated[
        float, typer.Option(min=0, help="Minutes to search for better settings first; kept in the profile.")
    ] = 0,
    memory: Memory = None,
) -> None:
    """Train a challenger on everything that has matured; tune first, promote or roll back when told to."""
    from models import weekly
    from models.escalation.tuning import tune_and_keep
    from models.registry import registry
    from pipelines.warehouse.as_of import newest_as_of

    city, stages = city_of(profile, home), new_stages()
    if rollback:
        say(registry.rollback(city.home, city.profile))
        return
    with stages.stage("retrain") as progress:
        monday = monday_of(as_of) or newest_as_of(city.home, city.profile)
        kept = tune_and_keep(city.home, city.profile, monday, tune, progress) if tune else city.profile
        message = weekly.retrain(city.home, kept, monday, promote=promote, progress=progress)
    say(message)


@app.command()
def trial(
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    seeds: Annotated[int, typer.Option(min=1, help="Made-up cities.")] = 20,
    scale: Annotated[float, typer.Option(min=0.02, help="Size of each; 1 is a city of six million.")] = 0.25,
    weeks: Annotated[int, typer.Option(min=1, help="Mondays after two years of history.")] = 52,
    arms: Annotated[
        str,
        typer.Option(
            help="Arms, by comma: ranking, ranking+random, oracle@silence ...; `main` for all policies."
        ),
    ] = "main",
    workers: Annotated[int, typer.Option(min=1, help="Processes at a time.")] = 2,
    minutes: Annotated[
        float | None,
        typer.Option(help="Begin nothing new after so many; run again to go on.", show_default=False),
    ] = None,
    sweep: Annotated[bool, typer.Option(help="Replay the lists under other assumptions, too.")] = False,
    run: Annotated[
        str | None,
        typer.Option(
            help="Play nothing, report again on this run of HOME/trials.", metavar="NAME", show_default=False
        ),
    ] = None,
) -> None:
    """Play a year of the weekly cycle in made-up cities: what acting on the list prevents, and what it does to the list."""
    from dagster_project.trial.plan import Plan, arms_of
    from dagster_project.trial.report import report_again
    from dagster_project.trial.runner import play_and_report

    city, stages = city_of(profile, home), new_stages()
    if run is not None:
        with stages.stage("report"):
            message = report_again(city.home, city.profile, run)
        say(message)
        return
    plan = Plan(profile=str(city.profile.folder), scale=scale, weeks=weeks)
    with stages.stage("trial") as progress:
        message = play_and_report(
            city.home, city.profile, plan, seeds, arms_of(arms), workers, minutes, sweep, progress
        )
    say(message)


@app.command()
def card(
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    out: Annotated[Path | None, typer.Option(help="Folder for model_card.md and model_card.en.md.")] = None,
) -> None:
    """Write the champion's model card, Chinese and English, from its registered evidence."""
    from models.card.card import write_cards

    city = city_of(profile, home)
    for path in write_cards(city.home, city.profile, out or city.home.root):
        say(f"model card in {path}")
