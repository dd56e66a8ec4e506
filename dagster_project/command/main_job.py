"""The main job as the command runs it: in this process, shown stage by stage."""

from datetime import date

from dagster_project.defs.main_job import main_job, run_config
from dagster_project.operations.city import City
from dagster_project.operations.instance import QUIET, instance_of


def run_week(city: City, as_of: date | None, since: date | None = None) -> None:
    """Intake, then features, a champion if there is none, publication and papers as of one Monday.

    Args:
        city: profile, home, landing folder, and the stages to show.
        as_of: the Monday; the newest that has begun and that the records reach where None.
        since: publish every Monday from this one on that is not published, or that late data touch.

    Raises:
        RefusedInput: a file or argument must be changed; nothing was changed by the run.
        FengqiaoError: no record was ever loaded, or a check stopped the week.
    """
    with instance_of(city.home) as instance:
        main_job.execute_in_process(
            run_config=run_config(as_of, since) | QUIET, instance=instance, resources={"city": city}
        )
