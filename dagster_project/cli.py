"""The `fengqiao` command: a thin skin over plain functions, and the only place that knows exit codes.

Imports stay inside the commands, so that `fengqiao --help` answers at once.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pipelines.errors import FengqiaoError, RefusedInput

app = typer.Typer(
    name="fengqiao",
    help="Weekly early warning for dispute mediation. Ranks disputes and places, never people.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ProfileName = Annotated[str, typer.Option("--profile", help="Profile name, or a profile folder.")]
HomeFolder = Annotated[
    Path | None,
    typer.Option("--home", help="Home folder; $FENGQIAO_HOME, else data/local.", show_default=False),
]
AsOf = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="A Monday.", show_default=False)
]
DataFolder = Annotated[Path, typer.Option("--data", help="Landing folder with the city's files.")]


def main() -> None:
    """Run the command; `--debug` shows the trace of what goes wrong."""
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    with plain_errors(debug="--debug" in sys.argv):
        app(args=arguments, standalone_mode=True)


@contextmanager
def plain_errors(debug: bool = False) -> Iterator[None]:
    """Turn an error into one readable line and its exit code."""
    try:
        yield
    except Exception as problem:
        if debug:
            raise
        if isinstance(problem, FengqiaoError):
            typer.echo(f"fengqiao: {problem}", err=True)
            sys.exit(problem.exit_code)
        told = next(iter(str(problem).splitlines()), "")
        typer.echo(f"fengqiao: {type(problem).__name__}: {told} (--debug shows the trace)", err=True)
        sys.exit(FengqiaoError.exit_code)


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="Folder to write the landing files into.")],
    profile: ProfileName = "qujing",
    weeks: Annotated[int, typer.Option(min=1)] = 156,
    scale: Annotated[float, typer.Option(min=0.001, help="1 is a city of six million.")] = 1.0,
    seed: int = 1,
) -> None:
    """Write a made-up city's landing files, with the true hazards in a sealed side file."""
    from pipelines.profile import load_profile
    from pipelines.simulator.city import simulate as simulate_city

    stages = _stages()
    with stages.stage("simulate") as progress:
        simulate_city(out, load_profile(profile), weeks=weeks, scale=scale, seed=seed, progress=progress)


@app.command()
def check(
    data: Annotated[Path, typer.Argument(help="Landing folder to look at; nothing is written.")],
    profile: ProfileName = "qujing",
    home: Annotated[
        Path | None,
        typer.Option(
            help="With --corrections: the rows this home holds back, not the dry run's.", show_default=False
        ),
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option(
            help="Write the rows held back into this folder, as XLSX to be corrected.", show_default=False
        ),
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option(
            help="Write the first draft of a profile for these files into this folder.", show_default=False
        ),
    ] = None,
) -> None:
    """Dry run of the intake: what would load, what would be refused or quarantined, and why."""
    from pipelines.checking import check_folder
    from pipelines.drafting import draft_profile
    from pipelines.profile import load_profile
    from pipelines.quarantine import corrections_of_home

    if draft is not None:
        for path in draft_profile(data, draft):
            typer.echo(f"drafted {path}")
        return
    loaded = load_profile(profile)
    if home is not None and corrections is not None:
        for path in corrections_of_home(home, loaded, corrections):
            typer.echo(f"to be corrected: {path}")
        return
    report = check_folder(data, loaded, corrections)
    typer.echo(report.text())
    if report.refusals:
        raise typer.Exit(RefusedInput.exit_code)


@app.command()
def run(
    data: DataFolder,
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    as_of: AsOf = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Also publish every Monday from this one on that is not published, or that late records touch.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """The main job: intake, features, train if there is no champion, score, publish, brief."""
    monday, first = _monday(as_of, "--as-of"), _monday(since, "--since")
    from dagster_project.main_job import run_week

    run_week(replace(_city(profile, home, data), stages=_stages()), monday, first)


@app.command()
def backtest(profile: ProfileName = "qujing", home: HomeFolder = None, as_of: AsOf = None) -> None:
    """Replay the past fold by fold; write predictions and metrics under HOME/backtests."""
    from models.candidate import backtest_and_save
    from pipelines.as_of import newest_as_of

    city, stages = _city(profile, home), _stages()
    with stages.stage("backtest") as progress:
        folder = backtest_and_save(
            city.home,
            city.profile,
            _monday(as_of) or newest_as_of(city.home, city.profile),
            progress=progress,
        )
    typer.echo(f"backtest in {folder}")


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
) -> None:
    """Write the features of the last weeks, a Parquet file per county."""
    from features.partitions import write_history
    from pipelines.as_of import newest_as_of

    city = _city(profile, home)
    last = _monday(as_of) or newest_as_of(city.home, city.profile)
    typer.echo(write_history(city.home, city.profile, unit, last, weeks, out, engine, workers, scheduler))


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
) -> None:
    """Train a challenger on everything that has matured; tune first, promote or roll back when told to."""
    from models import registry, weekly
    from models.tuning import tune_and_keep
    from pipelines.as_of import newest_as_of

    city, stages = _city(profile, home), _stages()
    if rollback:
        typer.echo(registry.rollback(city.home, city.profile))
        return
    with stages.stage("retrain") as progress:
        monday = _monday(as_of) or newest_as_of(city.home, city.profile)
        kept = tune_and_keep(city.home, city.profile, monday, tune, progress) if tune else city.profile
        told = weekly.retrain(city.home, kept, monday, promote=promote, progress=progress)
    typer.echo(told)


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
    from dagster_project.trial.play import play_and_report
    from dagster_project.trial.report import report_again

    city, stages = _city(profile, home), _stages()
    if run is not None:
        with stages.stage("report"):
            told = report_again(city.home, city.profile, run)
        typer.echo(told)
        return
    plan = Plan(profile=str(city.profile.folder), scale=scale, weeks=weeks)
    with stages.stage("trial") as progress:
        told = play_and_report(
            city.home, city.profile, plan, seeds, arms_of(arms), workers, minutes, sweep, progress
        )
    typer.echo(told)


@app.command()
def card(
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    out: Annotated[Path | None, typer.Option(help="Folder for model_card.md and model_card.en.md.")] = None,
) -> None:
    """Write the champion's model card, Chinese and English, from its registered evidence."""
    from models.card import write_cards

    city = _city(profile, home)
    for path in write_cards(city.home, city.profile, out or city.home.root):
        typer.echo(f"model card in {path}")


@app.command()
def brief(
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    lang: Annotated[str, typer.Option(help="zh or en")] = "zh",
    role: Annotated[str, typer.Option(help="analyst or protection")] = "analyst",
) -> None:
    """Write the weekly meeting's papers from what is published."""
    from dashboards.brief import write_brief

    city = _city(profile, home)
    typer.echo(f"brief in {write_brief(city.home, city.profile, lang=lang, role=role)}")


@app.command()
def erase(
    dispute: Annotated[str, typer.Option(help="Case number.")],
    reason: Annotated[str, typer.Option(help="Why, for the certificate.")],
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
) -> None:
    """Erase one dispute everywhere under the home and print a certificate."""
    from dagster_project.erasure import erase_dispute

    typer.echo(erase_dispute(_city(profile, home), dispute, reason))


@app.command()
def dashboard(
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    role: Annotated[
        str, typer.Option(help="analyst, protection or engineer; where a log-in is configured, it decides.")
    ] = "analyst",
    background: Annotated[bool, typer.Option(help="Leave it open and return.")] = False,
    stop: Annotated[bool, typer.Option(help="Close the one left open.")] = False,
) -> None:
    """Open the screens on localhost."""
    from dashboards import server

    city = _city(profile, home)
    if stop:
        typer.echo(server.stop(city.home))
    elif background:
        typer.echo(server.start(city.home, city.profile, role=role))
    else:
        server.serve(city.home, city.profile, role=role)


@app.command()
def audit(
    action: Annotated[Literal["verify"], typer.Argument(help="The only thing there is to do.")] = "verify",
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    head: Annotated[
        str | None, typer.Option(help="Check code printed on the papers.", show_default=False)
    ] = None,
) -> None:
    """Verify that no decision was changed or taken out of the record."""
    from dashboards.heads import verify

    typer.echo(verify(_city(profile, home).home, head))


@app.command()
def status(profile: ProfileName = "qujing", home: HomeFolder = None) -> None:
    """What an engineer asks first: last publication, champion, data until when, what is overdue."""
    from dagster_project.status import status_lines

    for line in status_lines(_city(profile, home), date.today()):
        typer.echo(line)


@app.command()
def dev(profile: ProfileName = "qujing", home: HomeFolder = None, data: Path | None = None) -> None:
    """Open Dagster, MLflow and the dashboard on localhost until interrupted."""
    from dagster_project.workbench import open_workbench

    open_workbench(_city(profile, home, data))


def _city(profile: str, home: Path | None, data: Path | None = None) -> Any:
    from dagster_project.resources import City
    from pipelines.home import find_home
    from pipelines.profile import load_profile

    loaded = load_profile(profile)
    return City(loaded, find_home(home, loaded.name), data)


def _stages() -> Any:
    from dagster_project.progress import Stages

    return Stages()


def _monday(as_of: datetime | None, option: str = "--as-of") -> date | None:
    """The Monday asked for.

    Raises:
        RefusedInput: it is no Monday.
    """
    if as_of is not None and as_of.weekday() != 0:
        raise RefusedInput(f"{option} {as_of:%Y-%m-%d} is a {as_of:%A}; as-of dates are Mondays")
    return as_of.date() if as_of is not None else None
