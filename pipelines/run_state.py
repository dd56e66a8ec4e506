"""How the last run of the main job went, kept beside the publication it made or failed to make.

One small file under the home, renewed at every step. Screens read it to say that last week's
publication is still the one in force, and why; `fengqiao status` reads it too.
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pipelines.home import Home

State = Literal["running", "done", "failed", "blocked"]


@dataclass(frozen=True, kw_only=True)
class RunState:
    """One moment of a run.

    Attributes:
        state: `running` in a step, `done` with all of them, `failed` in it, or `blocked` by a check.
        step: the step it was in: intake, train, publish, brief.
        as_of: the Monday it works on, ISO; None before that is known.
        reason_zh: why it failed or was blocked; empty otherwise.
        reason_en: the same in English.
        at: when this was written, ISO.
        pid: of the process that wrote it.
    """

    state: State
    step: str
    as_of: str | None
    reason_zh: str
    reason_en: str
    at: str
    pid: int

    @property
    def broke_off(self) -> bool:
        """Whether it says that it is running and its process is gone: it was killed, or the machine went down."""
        return self.state == "running" and not Path(f"/proc/{self.pid}").exists()


def keep(
    home: Home,
    now: datetime,
    state: State,
    step: str,
    as_of: str | None,
    reason_zh: str = "",
    reason_en: str = "",
) -> None:
    """Write down where the run is, in one atomic step."""
    home.root.mkdir(parents=True, exist_ok=True)
    run_state = RunState(
        state=state, step=step, as_of=as_of, reason_zh=reason_zh, reason_en=reason_en,
        at=now.isoformat(timespec="seconds"), pid=os.getpid(),
    )  # fmt: skip
    partial = home.run_state.with_suffix(".partial")
    partial.write_text(
        json.dumps(asdict(run_state), ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )
    partial.replace(home.run_state)


def last_run(home: Home) -> RunState | None:
    """The last run's newest moment, or None where there was none."""
    try:
        return RunState(**json.loads(home.run_state.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
