"""The state of a home in at most ten lines, for an engineer."""

from datetime import date

from dagster_project.operations.city import City
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.publication_in_force import newest_switch, read_pointer
from pipelines.run_state import last_run
from pipelines.tables.publication_meta import ModelEntry, PublicationMeta, read_meta
from pipelines.warehouse.as_of import newest_as_of
from pipelines.warehouse.warehouse import data_until, open_warehouse

DATA_OVERDUE_DAYS = 8
CARD_ENDS_DAYS = 30


def status_lines(city: City, today: date) -> list[str]:
    """One fact a line: home, last run, data, publication, model, families, and what is overdue.

    Args:
        city: whose home is looked at; nothing is written.
        today: the reader's date; made-up data stand still in time and are never overdue.
    """
    owner = city.home.owner()
    if owner is None:
        return [f"home: {city.home.root} (empty; run `fengqiao run --data FOLDER`)"]
    lines = [f"home: {city.home.root} ({owner['profile']}, {owner['origin']} data)", _last_run(city.home)]
    if city.home.warehouse.exists():
        lines += _warehouse_lines(city)
    meta = newest_meta(city.home)
    if meta is None:
        return [*lines, "published: nothing yet"]
    model = meta.model
    missing = [name for name, family in meta.families.items() if not family.published]
    return [
        *lines,
        f"published: as of {meta.as_of}, {meta.listed} listed of {meta.ranked:,} at risk{_by_hand(city.home)}",
        f"champion: {model.champion or 'none'}, {'in use' if model.usable else 'not used: ' + model.reason_en}",
        f"model card: {_card(model)}",
        f"families not published: {', '.join(missing) or 'none'}",
        f"overdue: {'; '.join(overdue(meta, today)) or 'nothing'}",
    ]


def newest_meta(home: Home) -> PublicationMeta | None:
    """`meta.json` of the publication in force, or None.

    Raises:
        FengqiaoError: it cannot be read.
    """
    pointer = read_pointer(home)
    return None if pointer is None else read_meta(home.published / pointer.folder)


def overdue(meta: PublicationMeta, today: date) -> list[str]:
    """Tasks that a published week's `meta.json` shows as overdue; simulated data are never overdue."""
    if meta.synthetic:
        today = meta.as_of
    messages = []
    data_days = (today - meta.data_until.date()).days if meta.data_until else None
    if data_days is None or data_days > DATA_OVERDUE_DAYS:
        messages.append("data, none is known" if data_days is None else f"data, {data_days} days old")
    age_days = (today - meta.as_of).days
    if age_days >= 7:
        messages.append(f"publication, {age_days} days old")
    expires = meta.model.expires_on
    if expires and (expires - today).days < CARD_ENDS_DAYS:
        messages.append(f"retraining, the model card ends on {expires}")
    return messages


def _by_hand(home: Home) -> str:
    """When and why a person put the week in force, where one did."""
    pointer, switch = read_pointer(home), newest_switch(home)
    if pointer is None or pointer.instead_of is None or switch is None:
        return ""
    return f"; put in force by hand at {switch['at']}: {switch['reason']}"


def _last_run(home: Home) -> str:
    run = last_run(home)
    if run is None:
        return "last run: none is recorded"
    state = "broken off" if run.broke_off else run.state
    for_week = f" for {run.as_of}" if run.as_of else ""
    why = f": {run.reason_en}" if run.reason_en else ""
    return f"last run: {state} at {run.at}{for_week}, in step {run.step}{why}"


def _warehouse_lines(city: City) -> list[str]:
    with open_warehouse(city.home.warehouse, read_only=True) as con:
        until = data_until(con)
        files, rows = con.execute(
            "select count(distinct file_id), coalesce(sum(n_loaded), 0) from intake_file"
        ).fetchall()[0]
        held_back = con.execute("select count(*) from quarantine").fetchall()[0][0]
    try:
        ahead = f"next as-of date {newest_as_of(city.home, city.profile)}"
    except FengqiaoError as nothing:
        ahead = str(nothing)
    return [
        f"taken in: {files} files, {rows:,} rows loaded, {held_back:,} in quarantine",
        f"data until: {until}; {ahead}",
    ]


def _card(model: ModelEntry) -> str:
    if not model.expires_on:
        return "none"
    return f"trained on weeks until {model.trained_until}, expires on {model.expires_on}"
