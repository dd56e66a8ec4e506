"""How much one GraphQL query may ask of Dagster's webserver, as rules beside GraphQL's own."""

from typing import Any

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    SelectionSetNode,
    build_schema,
    parse,
    validate,
)
from graphql.validation import ASTValidationRule
from graphql.validation.validate import ValidationAbortedError

DEEPEST = 30
MOST_FIELDS = 3_000
"""With every fragment written out: fifteen times what Dagster's own pages ask."""


class BoundedQuery(ASTValidationRule):
    """Refuses a document that is too deep, or asks too many fields once its fragments are written out."""

    def enter_document(self, node: Any, *_: object) -> None:
        """Measure each operation, before any other rule looks at its fields."""
        fragments = {
            each.name.value: each for each in node.definitions if isinstance(each, FragmentDefinitionNode)
        }
        left = [MOST_FIELDS]
        for each in node.definitions:
            if not isinstance(each, FragmentDefinitionNode) and not _fits(
                each.selection_set, fragments, 0, left
            ):
                self.report_error(
                    GraphQLError(
                        f"this query asks too much: {DEEPEST} deep and {MOST_FIELDS:,} fields are the bounds"
                    )
                )
                raise ValidationAbortedError("no other rule looks at it")


_NOTHING = build_schema("type Query { nothing: String }")
"""The rules look at a query's form alone, not at what it is asked of."""
RULES = (BoundedQuery, NoSchemaIntrospectionCustomRule)
"""Nobody but the server's own pages asks, and they know the schema."""


def refusals(query: str) -> list[GraphQLError]:
    """What is wrong with a query that is asked without GraphQL's own check, as Dagster takes subscriptions."""
    try:
        document = parse(query)
    except (GraphQLError, RecursionError):
        return [GraphQLError("no query of GraphQL, or one that is too deep to be read")]
    return validate(_NOTHING, document, RULES)


def _fits(
    selected: SelectionSetNode | None,
    fragments: dict[str, FragmentDefinitionNode],
    depth: int,
    left: list[int],
) -> bool:
    """Whether what is selected stays within the bounds; takes its fields off what is left."""
    if selected is None:
        return True
    if depth > DEEPEST:
        return False
    for each in selected.selections:
        left[0] -= 1
        inside = fragments.get(each.name.value) if isinstance(each, FragmentSpreadNode) else each
        if left[0] < 0:
            return False
        below = getattr(inside, "selection_set", None)
        if not _fits(below, fragments, depth + 1, left):
            return False
    return True
