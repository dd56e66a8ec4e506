"""How many of the quarrels that a made-up city registered twice are found, and how many of those linked are one.

`make bench`, or `pytest -s -m bench tests/bench/test_linkage.py`; the truth lies beside the city's files, sealed. The weights
were judged beside a city of another seed.
"""

import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.simulator.city import simulate

PAIRS = """
with record as (
    select t.dispute_id, t.matter_id, c.parties_key, c.township_code, c.category, c.village_code, c.amount_yuan, c.registered_at
    from '{sealed}/true_matters.parquet' t join core_dispute c on c.dispute_id = t.dispute_id and c.known_at = c.first_known_at),
twice as (
    select a.dispute_id as one, b.dispute_id as other, a.parties_key = b.parties_key as named,
        a.township_code = b.township_code and a.category = b.category as placed,
        abs(date_diff('day', a.registered_at, b.registered_at)) <= 5 as soon
    from record a join record b on a.matter_id = b.matter_id and a.dispute_id < b.dispute_id),
linked as (
    select least(l.dispute_id, l.same_as) as one, greatest(l.dispute_id, l.same_as) as other from dispute_link l)
select count(*) as twice, count(l.one) as found, count(*) filter (coalesce(named, false)) as named,
    count(l.one) filter (coalesce(named, false)) as found_named, count(*) filter (placed) as placed, count(*) filter (soon) as soon,
    (select count(*) from linked) as linked
from twice left join linked l using (one, other)
"""


@pytest.mark.bench
def test_links_beside_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    simulate(tmp_path / "city", load_profile("qujing"), weeks=52, scale=1.0, seed=2)
    load_folder(tmp_path / "city", load_profile("qujing"), Home(tmp_path / "home"))
    with duckdb.connect(str(tmp_path / "home" / "warehouse.duckdb"), read_only=True) as con:
        counts = con.execute(PAIRS.format(sealed=tmp_path / "city" / "sealed"))
        names = [column[0] for column in counts.description]
        n = dict(zip(names, counts.fetchall()[0], strict=True))
    precision, recall = n["found"] / n["linked"], n["found"] / n["twice"]
    sys.stdout.write(
        f"\n{n['twice']:,} quarrels registered twice, {n['linked']:,} links: precision {precision:.1%}, recall {recall:.1%}; "
        f"of the {n['named']:,} with both parties named in both records {n['found_named'] / n['named']:.1%}; "
        f"{n['placed']:,} have the same township and category, {n['soon']:,} lie within five days\n"
    )
    assert precision > 0.94
    assert recall > 0.75
