"""Sentences about a week that screen and paper share."""

import polars as pl

from dashboards.access.roles import Role
from dashboards.decisions.eligible_units import with_room_nearby
from dashboards.markup.markup import Table, dispute_link, level_cell
from dashboards.published.handling_queries import free_capacity
from dashboards.published.publication import Publication
from dashboards.published.role_list import CITY_LIST, ListOf
from dashboards.published.warnings_queries import Notice, Week, left_list, level_counts, notices, queue
from dashboards.wording.code_names import Names
from dashboards.wording.language import Words
from pipelines.city.profile import Profile


def notice_sentence(words: Words, message: Notice) -> str:
    """The sentence of a notice."""
    facts = dict(message.facts)
    if "reason_zh" in facts:
        facts["reason"] = words.localized(facts, "reason")
    for name in ("as_of", "until"):
        if name in facts:
            facts[name] = words.day(facts[name])
    return words(f"notice.{message.code}", **facts)


def family_lines(words: Words, publication: Publication, family: str) -> list[str]:
    """For each family that is not published, the reason and the remedy."""
    messages = notices(publication, publication.as_of)
    return [notice_sentence(words, message) for message in messages if message.code == f"family_{family}"]


def week_days(words: Words, publication: Publication) -> dict[str, str]:
    """First and last day of the week a list is made for."""
    first, last = publication.days
    return {"first": words.day(first), "last": words.short_day(last)}


def list_line(words: Words, publication: Publication, listed: Week) -> str:
    """Length of the list and how it was made."""
    random = int((listed.rows["selection"] == "random").sum())
    key = "week.list_line" if publication.scored else "week.plain_line"
    n = len(listed.rows)
    return words(key, n=words.number(n), ranked=words.number(n - random), random=words.number(random))


def queue_line(words: Words, queued: Week) -> str:
    """How many disputes are at risk in all."""
    return words("week.queue_line", n=words.number(len(queued.rows)))


def hidden_lines(words: Words, listed: Week) -> list[str]:
    """Number of disputes that the role may not see; empty where there are none."""
    if not listed.hidden:
        return []
    if listed.k is None:
        return [words.count("week.hidden", listed.hidden)]
    return [words.count("week.hidden_first", listed.hidden, k=words.number(listed.k))]


def capacity_line(words: Words, publication: Publication, profile: Profile, listed: Week) -> str:
    """Number of disputes the mediators can take this week, and for how many there is room nearby."""
    sentence = words(
        "week.capacity_line",
        usual=words.number(publication.meta.capacity),
        n=words.number(listed.k or len(listed.rows)),
    )
    free = free_capacity(publication)
    if not free:
        return sentence
    near = with_room_nearby(profile, listed.rows, free)
    away = len(listed.rows) - near
    return sentence + words("week.capacity_near", near=words.number(near), away=words.number(away))


def list_name(names: Names, of: ListOf) -> str:
    """Whose list it is: the tier, and the area where it is one's."""
    words = names.words
    tier = words(f"week.list_of_{of.tier}")
    return tier if of.area is None else words("general.part").join([tier, names.place(of.area)])


def lower_list_line(names: Names, listed: Week, of: ListOf) -> str:
    """Length of a county's or township's list, or of those of all of them, and how it was made."""
    words, n = names.words, len(listed.rows)
    random = int((listed.rows["selection"] == "random").sum())
    counts = {"n": words.number(n), "ranked": words.number(n - random), "random": words.number(random)}
    return words("week.lower_list_line", name=list_name(names, of), **counts)


def changes_line(
    words: Words,
    publication: Publication,
    role: Role,
    earlier: Publication | None,
    of: ListOf = CITY_LIST,
) -> str:
    """What is new, risen and gone since the week before."""
    if earlier is None:
        return words("week.first_week")
    if publication.scored != earlier.scored:
        return words("week.changes_not_alike")
    listed = queue(publication, role, earlier).rows.filter(of.rows)
    counted = dict(listed.group_by("change").len().iter_rows())
    return words(
        "week.changes" if publication.scored else "week.changes_unscored",
        new=words.number(counted.get("new", 0)),
        risen=words.number(counted.get("risen", 0)),
        gone=words.number(len(left_list(publication, role, earlier, of))),
    )


def level_words(names: Names, rows: pl.DataFrame) -> list[tuple[str, str]]:
    """Each level's code and its name with how many rows have it; empty without scores."""
    return [
        (level, names.words("week.level_count", level=names.code("level", level), n=names.words.number(n)))
        for level, n in level_counts(rows).items()
    ]


def gone_table(names: Names, gone: pl.DataFrame) -> Table:
    """Disputes on the previous list and not on this one, with their present state."""
    words = names.words
    head = [words(f"column.{name}") for name in ("number", "dispute", "level_then", "now")]
    return head, [
        [
            dispute_link(words, row["dispute_id"]) if row["still"] else row["dispute_id"],
            words("general.part").join([names.category(row["category"]), names.place(row["area_code"])]),
            level_cell(names, row["level"]),
            words(f"row.{'elsewhere' if row['elsewhere'] else 'still' if row['still'] else 'over'}"),
        ]
        for row in gone.iter_rows(named=True)
    ]
