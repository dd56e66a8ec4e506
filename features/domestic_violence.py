"""Signs of domestic violence (boundary 12): between whom, and what counts as a sign. One rule for lists, counts and screens.

Between spouses, ex-partners and kin, and in the categories of marriage and family where the relation is unknown.
A sign is violence, a weapon, a threat or fear at intake, violence or a threat reported later, or a recorded harm.
"""

from pipelines.city.profile import Profile

REPORTS = ("violence_reported", "threat_reported")
"""Types of steps that count as a sign of domestic violence."""
REPORTED = f"event_type in {REPORTS}"
"""SQL condition: the step is a sign of domestic violence."""
SIGNS_AT_INTAKE = ("violence", "weapon", "threat", "fear")


def in_family(alias: str = "") -> str:
    """SQL condition: the dispute is between family members; uses the parameters of `family_parameters`.

    Args:
        alias: of the table that has `relation` and `category`, with its dot.
    """
    return (
        f"(coalesce(list_contains($family_relations, {alias}relation), false) or (coalesce({alias}relation, 'unknown') = 'unknown'"
        f" and coalesce(list_contains($family_categories, {alias}category), false)))"
    )


def sign_at_intake(alias: str = "") -> str:
    """SQL condition: the intake checklist contains a sign of domestic violence."""
    return "(" + " or ".join(f"coalesce({alias}{name}, false)" for name in SIGNS_AT_INTAKE) + ")"


def family_parameters(profile: Profile) -> dict[str, object]:
    """Query parameters of `in_family`."""
    return {
        "family_relations": list(profile.settings.domestic_relations),
        "family_categories": profile.family_categories(),
    }
