"""What an engineer asks first, in about ten lines."""

import json

from dagster_project.main_job import newest_as_of
from dagster_project.resources import City
from pipelines.errors import FengqiaoError
from pipelines.warehouse import data_until, open_warehouse


def status_lines(city: City) -> list[str]:
    """One fact a line: home, data, quarantine, publication, model and what follows."""
    held = city.home.owner()
    if held is None:
        return [f"home: {city.home.root} (empty; run `fengqiao run --data FOLDER`)"]
    lines = [f"home: {city.home.root} ({held['profile']}, {held['origin']} data)"]
    if city.home.warehouse.exists():
        lines += _warehouse_lines(city)
    pointer = city.home.published / "current.json"
    if not pointer.exists():
        return [*lines, "published: nothing yet"]
    current = json.loads(pointer.read_text(encoding="utf-8"))
    meta = json.loads((city.home.published / current["folder"] / "meta.json").read_text(encoding="utf-8"))
    model = meta["model"]
    lines.append(f"published: as of {current['as_of']}, {meta['listed']} listed, capacity {meta['capacity']}")
    lines.append(
        f"model: {model['version']}, {'in use' if model['usable'] else 'not used: ' + model['reason_en']}"
    )
    if model.get("expires_on"):
        lines.append(f"model card: trained until {model['trained_until']}, expires on {model['expires_on']}")
    missing = [name for name, family in meta["families"].items() if not family["published"]]
    lines.append(f"families not published: {', '.join(missing) or 'none'}")
    return lines


def _warehouse_lines(city: City) -> list[str]:
    with open_warehouse(city.home.warehouse, read_only=True) as con:
        until = data_until(con)
        files, rows = con.execute(
            "select count(distinct file_id), coalesce(sum(n_loaded), 0) from intake_file"
        ).fetchall()[0]
        held_back = con.execute("select count(*) from quarantine").fetchall()[0]
    lines = [
        f"files taken in: {files} ({rows:,} rows loaded, {held_back[0]:,} in quarantine)",
        f"data until: {until}",
    ]
    try:
        lines.append(f"next as-of date: {newest_as_of(city)}")
    except FengqiaoError as nothing:
        lines.append(str(nothing))
    return lines
