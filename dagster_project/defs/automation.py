"""What can run by itself: every Monday, when files arrive, when the model should be trained anew. All off.

An engineer turns each on in Dagster's screen. Times are local (Asia/Shanghai).
"""

import hashlib
import json
from datetime import datetime
from pathlib import Path

import dagster as dg

from dagster_project.defs.assets import INTAKE_JOB, challenger, intake
from dagster_project.defs.main_job import CRASH_RETRIES, main_job, run_config
from dagster_project.operations.city import City
from dagster_project.operations.status import newest_meta
from pipelines.tables.publication_meta import PublicationMeta

TIMEZONE = "Asia/Shanghai"
SETTLE_SECONDS = 300
"""A file changed more recently than this may still be incomplete."""
PROPOSE_WEEKS = 13
"""A champion trained longer ago than this is due for a challenger."""
intake_job = dg.define_asset_job(
    INTAKE_JOB,
    selection=[intake],
    tags=CRASH_RETRIES,
    description="Takes in what is new in the landing folder.",
)
retrain_job = dg.define_asset_job(
    "retrain_job", selection=[challenger], tags=CRASH_RETRIES,
    description="Trains a challenger on everything matured; it replaces nothing by itself.",
)  # fmt: skip


@dg.op
def upkeep(context: dg.OpExecutionContext, city: dg.ResourceParam[City]) -> None:
    """Erase disputes closed longer ago than the profile keeps them."""
    from dagster_project.operations.erase_everywhere import age_out

    context.log.info(age_out(city, datetime.now()))


@dg.job(description="Retention: erases what the profile no longer keeps.")
def upkeep_job() -> None:
    """One step."""
    upkeep()


@dg.schedule(
    job=upkeep_job,
    cron_schedule="0 3 * * 0",
    execution_timezone=TIMEZONE,
    description="Sundays at 03:00: retention.",
)
def weekly_upkeep(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Nothing to choose."""
    return dg.RunRequest()


@dg.schedule(
    job=main_job, cron_schedule="0 5 * * 1", execution_timezone=TIMEZONE,
    description="Mondays at 05:00: the newest week that has begun and that the records reach.",
)  # fmt: skip
def every_monday(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """One run each Monday, for the Monday that the command would choose: one rule for both (`newest_as_of`)."""
    return dg.RunRequest(run_config=run_config(None))


@dg.sensor(
    job=intake_job, minimum_interval_seconds=60,
    description="Takes in the landing folder once its files have been still for five minutes.",
)  # fmt: skip
def landing_folder(
    context: dg.SensorEvaluationContext, city: dg.ResourceParam[City]
) -> dg.RunRequest | dg.SkipReason:
    """One run for each state of the landing folder, once its files have not changed for a while."""
    state = settled(city.landing, datetime.now())
    if state is None:
        return dg.SkipReason(f"files were still changing within the last {SETTLE_SECONDS} seconds")
    if state == context.cursor:
        return dg.SkipReason("nothing new in the landing folder")
    context.update_cursor(state)
    return dg.RunRequest(run_key=state)


@dg.sensor(
    job=retrain_job, minimum_interval_seconds=3600,
    description="Trains a challenger when the champion is old, expired or withdrawn. Nothing is promoted.",
)  # fmt: skip
def retrain_proposal(
    context: dg.SensorEvaluationContext, city: dg.ResourceParam[City]
) -> dg.RunRequest | dg.SkipReason:
    """At most one challenger for each Monday on which one is due."""
    meta = newest_meta(city.home)
    why = None if meta is None else due_for_retraining(meta)
    if meta is None or why is None:
        return dg.SkipReason("the champion is not due")
    monday = meta.as_of.isoformat()
    if monday == context.cursor:
        return dg.SkipReason(f"a challenger was trained for {monday} already")
    context.update_cursor(monday)
    return dg.RunRequest(run_key=f"retrain {monday}", partition_key=monday, tags={"why": why})


def settled(folder: Path, now: datetime) -> str | None:
    """Digest of the state of a folder's files; None while one of them may still be incomplete."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "sealed" not in path.parts)
    stamps = [(str(path.relative_to(folder)), path.stat()) for path in files]
    if not stamps or any(now.timestamp() - stat.st_mtime < SETTLE_SECONDS for _, stat in stamps):
        return None
    state = json.dumps([(name, stat.st_size, stat.st_mtime_ns) for name, stat in stamps])
    return hashlib.sha256(state.encode()).hexdigest()


def due_for_retraining(meta: PublicationMeta) -> str | None:
    """The reason why a published week asks for a challenger, or None."""
    model = meta.model
    if model.champion is None or model.registered_as_of is None:
        return None
    if not model.usable:
        return model.reason_en
    age = (meta.as_of - model.registered_as_of).days // 7
    return f"the champion is {age} weeks old" if age >= PROPOSE_WEEKS else None


AUTOMATION = {
    "jobs": [main_job, intake_job, retrain_job, upkeep_job],
    "schedules": [every_monday, weekly_upkeep],
    "sensors": [landing_folder, retrain_proposal],
}
