"""Sentences about one dispute: headline, probability, facts and unknowns."""

from collections.abc import Mapping
from html import escape
from typing import Any

from dashboards.decisions.store import Entry
from dashboards.markup.markup import chip, level_cell
from dashboards.published.warnings_queries import Dispute
from dashboards.wording.code_names import Names
from dashboards.wording.language import Words
from dashboards.wording.phrases import Chance, chance_sentence, days_left, of_many, out_of


def headline(names: Names, dispute: Dispute) -> str:
    """Level, category, place, age and deadline on one line."""
    words, row = names.words, dispute.warning
    parts = [
        names.category(row["category"]),
        names.place(row["area_code"]),
        words.count("row.open", row["days_open"]),
        days_left(words, row["due_in_days"], row["is_open"]),
    ]
    level = level_cell(names, row["level"])
    texts = "".join(f"<span>{escape(text)}</span>" for text in parts)
    marks = "".join(chip(text, "plain") for text in tags(row, names))
    return f'<p class="fq-head">{chip(level.text, level.kind)}{texts}{marks}</p>'


def chance_of(dispute: Dispute) -> Chance | None:
    """The dispute's probability, or None where the week has no scores."""
    row = dispute.warning
    if row["probability"] is None:
        return None
    return Chance(row["probability"], row["probability_low"], row["probability_high"], row["base_rate"])


def chance_lines(words: Words, dispute: Dispute, outcome: str, horizon_days: int) -> list[str]:
    """The probability as a count of 100 disputes, and how often such a probability proved right."""
    chance = chance_of(dispute)
    if chance is None:
        return [words("dispute.no_chance")]
    sentences = [chance_sentence(words, chance, outcome, horizon_days)]
    record = dispute.record
    if record is not None:
        many = out_of(chance.value)
        counts = {key: of_many(words, record[name], many) for key, name in _RECORD.items()}
        sentences.append(words(f"chance.record_{record['of']}", many=words.number(many), **counts))
    return sentences


_RECORD = {"n": "observed", "low": "low", "high": "high"}


def unsure(words: Words, dispute: Dispute, outcome: str) -> list[str]:
    """Limits of the warning: questions not asked, facts not recorded, and how often nothing happens."""
    sentences = [words("dispute.unsure_random")] if dispute.warning["selection"] == "random" else []
    if dispute.not_asked:
        items = words("general.between").join(words(f"checklist.{item}") for item in dispute.not_asked)
        sentences.append(words("dispute.unsure_not_asked", items=items))
    else:
        sentences.append(words("dispute.unsure_checklist_all"))
    if dispute.facts["amount_yuan"] is None:
        sentences.append(words("dispute.unsure_amount"))
    return [*sentences, words("dispute.unsure_mostly", outcome=outcome), words("dispute.unsure_unseen")]


def case_facts(names: Names, dispute: Dispute) -> list[tuple[str, str]]:
    """The case's facts as pairs of name and value."""
    words, facts, row = names.words, dispute.facts, dispute.warning
    due = facts["due_at"]
    return [
        (words("dispute.state"), words("row.is_open" if row["is_open"] else "row.is_closed")),
        (words("dispute.registered"), words.day(facts["registered_at"].date())),
        (words("dispute.due"), words.day(due.date()) if due else words("due.none")),
        (words("dispute.relation"), names.code("relation", facts["relation"])),
        (words("dispute.channel"), names.code("channel", facts["channel"])),
        (words("dispute.tier"), names.code("tier", row["tier_now"])),
        (words("dispute.people"), _people(words, facts["n_parties"])),
        (words("dispute.amount"), _amount(words, facts["amount_yuan"])),
    ]


def _people(words: Words, n: int | None) -> str:
    return words("general.unknown") if n is None else words.count("dispute.people_text", n)


def _amount(words: Words, yuan: Any) -> str:
    return words("general.unknown") if yuan is None else words("dispute.amount_text", n=words.number(yuan))


def decision_line(names: Names, entry: Entry) -> str:
    """One decision as a short sentence."""
    words, decision = names.words, entry.decision
    if decision.action == "accept" and decision.due_on:
        return words(
            "decide.line_accept", unit=names.unit(decision.unit_id), due=words.short_day(decision.due_on)
        )
    if decision.action == "undo":
        return words("decide.line_undo", n=decision.undoes)
    reason = names.code("decision_reason", decision.reason)
    if decision.action == "visit" and decision.visited_on:
        return words("decide.line_visit", day=words.short_day(decision.visited_on), reason=reason)
    return words(f"decide.line_{decision.action}", reason=reason)


def tags(row: Mapping[str, Any], names: Names) -> list[str]:
    """Marks beside a row's level: new, risen, drawn at random, signs of domestic violence."""
    codes = [row["change"]] if row["change"] else []
    if row["selection"] == "random":
        codes.append("random")
    if row["is_domestic"]:
        codes.append("domestic")
    return [names.words(f"row.{code}") for code in codes]
