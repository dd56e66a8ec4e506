"""One of many people who write decisions at once: a process of its own.

Makes no decision while it is imported: a process forked after Polars has started its threads would hang.
"""

from datetime import date, datetime
from multiprocessing.synchronize import Barrier

from dashboards.decisions.decision import Decision
from dashboards.decisions.signing import Signer
from dashboards.decisions.store import DecisionStore


def write(url: str, signer: Signer, writer: int, many: int, start: Barrier) -> None:
    """Wait for the others, then record so many pairs of decisions, each pair together."""
    store = DecisionStore(url, signer)
    start.wait()
    for n in range(many):
        pair = [
            Decision(
                dispute_id=f"W{writer}-{n}",
                action="decline",
                office="duty desk",
                as_of=date(2025, 12, 29),
                publication="f" * 12,
                reason=reason,
            )
            for reason in ("in_hand", "no_capacity")
        ]
        store.record(pair, datetime(2025, 12, 29, 9, 30))
