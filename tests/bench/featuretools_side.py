"""featuretools' answer to a sample, as its users write it: cutoff times and training windows, one call per window.

It does not run beside pandas 3, so `test_features_bench.py` runs this file in an environment of its own:
folder with steps.parquet and rows.parquet in, counts.parquet and the seconds it took out.
"""

import sys
import time
from pathlib import Path

import featuretools as ft
import pandas as pd


def main(folder: Path, kinds: list[str], windows: list[int]) -> None:
    """Count steps by kind over windows of weeks for every row."""
    steps = pd.read_parquet(folder / "steps.parquet").reset_index(names="step")
    rows = pd.read_parquet(folder / "rows.parquet").rename(columns={"monday": "time"})
    began = time.perf_counter()
    es = ft.EntitySet()
    es = es.add_dataframe(dataframe_name="steps", dataframe=steps, index="step", time_index="known_at")
    disputes = pd.DataFrame({"dispute": sorted(rows["dispute"].unique())})
    es = es.add_dataframe(dataframe_name="disputes", dataframe=disputes, index="dispute")
    es = es.add_relationship("disputes", "dispute", "steps", "dispute")
    es.add_interesting_values(dataframe_name="steps", values={"kind": kinds})
    # A cutoff takes what is known at it; the Monday's own midnight is not known before it.
    rows["time"] -= pd.Timedelta(microseconds=1)
    names = [f"COUNT(steps WHERE kind = {kind})" for kind in kinds]
    frames = [
        ft.dfs(
            entityset=es, target_dataframe_name="disputes", cutoff_time=rows, training_window=f"{weeks * 7} days",
            agg_primitives=["count"], where_primitives=["count"], trans_primitives=[], include_cutoff_time=True,
        )[0].reindex(columns=names)
        for weeks in windows
    ]  # fmt: skip
    taken = time.perf_counter() - began
    pd.concat(frames, axis=1, keys=windows).pipe(flat).to_parquet(folder / "counts.parquet")
    (folder / "seconds").write_text(str(taken), encoding="utf-8")


def flat(wide: pd.DataFrame) -> pd.DataFrame:
    """Columns named by number, in order; no index."""
    return wide.reset_index(drop=True).set_axis([str(at) for at in range(wide.shape[1])], axis=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].split(","), [int(weeks) for weeks in sys.argv[3].split(",")])
