"""Follow-up of last week's list: each listed dispute with its decision and what happened since."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboards.access.roles import Role, sees_domestic, visible
from dashboards.published.publication import Publication


@dataclass(frozen=True, eq=False)
class LastWeek:
    """The previous list as one role may see it.

    Attributes:
        listed_on: its Monday.
        rows: of the role's own list then, by rank: the columns of `last_week.parquet` and `decision` (the
            action, or `open` where nobody decided).
        hidden: how many of the city's list the role does not see, domestic violence having been indicated then or since.
    """

    listed_on: date
    rows: pl.DataFrame
    hidden: int

    @property
    def decided(self) -> dict[str, int]:
        """How many were accepted, declined, corrected, and left open."""
        counted = dict(self.rows.group_by("decision").len().iter_rows())
        return {name: counted.get(name, 0) for name in ("accept", "decline", "correct", "open")}

    @property
    def contacted(self) -> int:
        """Number of disputes with a recorded step of handling or a noted visit since."""
        return len(
            self.rows.filter(pl.col("contacted_at").is_not_null() | pl.col("visited_on").is_not_null())
        )

    @property
    def closed(self) -> int:
        return len(self.rows.filter("is_closed"))

    @property
    def harmed(self) -> int:
        """Number of disputes with a recorded harm since."""
        return len(self.rows.filter("harmed"))


def last_week(publication: Publication, role: Role) -> LastWeek | None:
    """The follow-up of the previous list, or None in the first week."""
    rows = publication.last_week.with_columns(is_listed=pl.col("selection").is_not_null())
    if rows.is_empty():
        return None
    of_role = pl.col("is_listed") if sees_domestic(role) else visible(role)
    hidden_now = publication.warnings.filter(~visible(role))["dispute_id"]
    seen = (
        rows.filter(of_role, ~pl.col("dispute_id").is_in(hidden_now.implode()))
        .with_columns(decision=pl.col("action").fill_null("open"))
        .sort("rank")
    )
    return LastWeek(rows["listed_on"][0], seen, len(rows.filter("is_listed")) - len(seen.filter("is_listed")))
