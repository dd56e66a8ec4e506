"""The `fengqiao` command: each command calls one plain function. Only this module knows exit codes.

Imports stay inside the commands, so that `fengqiao --help` answers at once.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from dagster_project.command import cli_models
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
from pipelines.errors import FengqiaoError, RefusedInput

app = typer.Typer(
    name="fengqiao",
    help="Weekly early warning for dispute mediation. Ranks disputes and places, never people.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_models.app)

DataFolder = Annotated[Path, typer.Option("--data", help="Landing folder with the city's files.")]


OWNER_ALONE = 0o077
"""File mode mask: new files and folders of the home can be read by their owner only."""


def main() -> None:
    """Run the command; `--debug` shows the trace of an error. New files belong to the user alone."""
    os.umask(OWNER_ALONE)
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
            say(f"fengqiao: {problem}", err=True)
            sys.exit(problem.exit_code)
        first_line = next(iter(str(problem).splitlines()), "")
        say(f"fengqiao: {type(problem).__name__}: {first_line} (--debug shows the trace)", err=True)
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
    from pipelines.city.profile import load_profile
    from pipelines.simulator.city import simulate as simulate_city

    stages = new_stages()
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
    verbose: Annotated[bool, typer.Option("--verbose", help="Also every heading and every fault.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
) -> None:
    """Dry run of the intake: what would load or be held, what would come of it, what is most likely wrong."""
    from dagster_project.command.check_page import page_json, show_page
    from dagster_project.operations.prospects import dry_run
    from pipelines.city.profile import load_profile
    from pipelines.intake.corrections_workbook import corrections_of_home
    from pipelines.onboarding.profile_draft import draft_profile

    if draft is not None:
        drafted = draft_profile(data, draft)
        for line in (*(f"drafted {path}" for path in drafted.paths), *drafted.notes):
            say(line)
        return
    loaded = load_profile(profile)
    if home is not None and corrections is not None:
        for path in corrections_of_home(home, loaded, corrections):
            say(f"to be corrected: {path}")
        return
    report, outlook = dry_run(data, loaded, corrections)
    if as_json:
        say(page_json(report, outlook))
    else:
        show_page(report, outlook, data, verbose=verbose)
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
    memory: Memory = None,
) -> None:
    """The main job: intake, features, train if there is no champion, score, publish, brief."""
    monday, first = monday_of(as_of, "--as-of"), monday_of(since, "--since")
    from dagster_project.command.main_job import run_week

    run_week(replace(city_of(profile, home, data), stages=new_stages()), monday, first)


@app.command()
def publish(
    as_of: Annotated[
        datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="A Monday published before.")
    ],
    current: Annotated[bool, typer.Option("--current", help="Put that week in force.")] = False,
    reason: Annotated[str, typer.Option(help="Why, for the record of switches.")] = "",
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
) -> None:
    """Put a week published before in force again, with a reason; `run --as-of` publishes a week anew."""
    from dagster_project.operations.switch_by_hand import switch_by_hand

    monday = monday_of(as_of)
    if monday is None or not current:
        raise RefusedInput(
            "say --current to put that week in force; `fengqiao run --data FOLDER --as-of MONDAY` publishes one"
        )
    say(switch_by_hand(city_of(profile, home), monday, reason))


@app.command()
def brief(
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    lang: Annotated[str, typer.Option(help="zh or en")] = "zh",
    role: Annotated[str, typer.Option(help="analyst or protection")] = "analyst",
) -> None:
    """Write the weekly meeting's papers from what is published."""
    from dashboards.papers.weekly_brief import write_brief

    city = city_of(profile, home)
    say(f"brief in {write_brief(city.home, city.profile, lang=lang, role=role)}")


@app.command()
def erase(
    dispute: Annotated[str, typer.Option(help="Case number.")],
    reason: Annotated[str, typer.Option(help="Why, for the certificate.")],
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
) -> None:
    """Erase one dispute everywhere under the home and print a certificate."""
    from dagster_project.operations.erase_everywhere import erase_dispute

    say(erase_dispute(city_of(profile, home), dispute, reason))


@app.command()
def dashboard(
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    role: Annotated[
        str, typer.Option(help="analyst, protection or engineer; where a log-in is configured, it decides.")
    ] = "analyst",
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="8501 unless it is taken.", show_default=False)
    ] = None,
    background: Annotated[bool, typer.Option(help="Leave it open and return.")] = False,
    stop: Annotated[bool, typer.Option(help="Close the one left open.")] = False,
) -> None:
    """Open the screens on localhost."""
    from dashboards import server

    city = city_of(profile, home)
    if stop:
        say(server.stop(city.home))
    elif background:
        say(server.start(city.home, city.profile, role=role, port=port))
    else:
        server.serve(city.home, city.profile, role=role, port=port)


@app.command()
def audit(
    action: Annotated[
        Literal["verify", "guards"],
        typer.Argument(help="verify, or put back the database's guards that verify found missing."),
    ] = "verify",
    profile: ProfileName = "qujing",
    home: HomeFolder = None,
    head: Annotated[
        str | None, typer.Option(help="Check code printed on the papers.", show_default=False)
    ] = None,
) -> None:
    """Verify that no decision was changed, put in or taken out of the record."""
    from dashboards.decisions.store import DecisionStore

    store = DecisionStore.of(city_of(profile, home).home)
    if action == "guards":
        store.restore_guards()
    say(store.verify(head))


@app.command()
def status(profile: ProfileName = "qujing", home: HomeFolder = None) -> None:
    """What an engineer asks first: last publication, champion, data until when, what is overdue."""
    from dagster_project.operations.status import status_lines

    for line in status_lines(city_of(profile, home), date.today()):
        say(line)


@app.command()
def dev(profile: ProfileName = "qujing", home: HomeFolder = None, data: Path | None = None) -> None:
    """Open Dagster, MLflow and the dashboard on localhost until interrupted."""
    from dagster_project.command.dev_servers import open_workbench

    open_workbench(city_of(profile, home, data))
