"""A weekly run killed at random moments: nothing is lost and nobody reads half a week.

One kill by day; `FENGQIAO_KILLS` says how many: `make test-deep` and `make faults` ask for sixty.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

KILLS = int(os.environ.get("FENGQIAO_KILLS", "1"))


def test_after_a_kill_the_next_run_ends_as_if_nothing_had_been() -> None:
    harness = Path(__file__).with_name("kill_runs.py")
    result = subprocess.run(
        [sys.executable, str(harness), "--points", str(KILLS), "--seed", "7"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    counts = json.loads(result.stdout)
    assert counts["harmed"] == []
    assert sum(counts["killed_in"].values()) == KILLS
    assert counts["publications_read_meanwhile"] > 0
