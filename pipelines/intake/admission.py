"""Which record numbers of a file are let in: by the forms its mapping or the profile declares (boundary 6)."""

import polars as pl

from pipelines.city.code_lists import fold, known_words, list_of
from pipelines.city.profile import Profile
from pipelines.mapping.mapping import TableMapping
from pipelines.privacy.number_forms import admitted, admitted_pieces, personal_numbers
from pipelines.tables.contracts import TABLES, number_columns
from pipelines.tables.normal_form import normal_forms

UNADMITTED = "is of no admitted form and may be a name"
OWN_TABLES = ("decisions",)
"""The platform's own record: its numbers were admitted when their disputes came."""
DOUBT = "__doubt "
"""Before a composed column's name: whether a piece of it may be a name, which a digit of another piece would hide."""


def unadmitted(numbers: pl.Series, column: str, mapping: TableMapping, profile: Profile) -> pl.Series:
    """Which numbers of a column, in normal form, are not let in."""
    if mapping.table in OWN_TABLES:
        return numbers.is_null() & False
    if column in mapping.templates and not mapping.number_form.get(column):
        return numbers.is_null() & False
    if mapping.key_within:
        return _unadmitted_within(numbers, column, mapping, profile)
    forms = forms_of(column, mapping, profile)
    only_forms = bool(mapping.number_form.get(column))
    return ~admitted(numbers, forms, only_forms=only_forms, lettered=column in mapping.lettered)


def _unadmitted_within(numbers: pl.Series, column: str, mapping: TableMapping, profile: Profile) -> pl.Series:
    """Of numbers with a place or year behind them (`2025-001@530302001`), those of which a part is not let in."""
    parts = numbers.str.split("@")
    alone = mapping.model_copy(update={"key_within": ()})
    refused = unadmitted(parts.list.first(), column, alone, profile)
    places = known_words("areas", profile, mapping.codes.get("area_code", {}))
    behind = {
        word: fold(word) in places or bool(admitted_pieces(pl.Series([word]), lettered=False)[0])
        for word in parts.list.slice(1).explode().drop_nulls().unique()
    }
    within = parts.list.slice(1).list.eval(
        pl.element().replace_strict(behind, default=False, return_dtype=pl.Boolean)
    )
    return refused | ~within.list.all().fill_null(value=True)


def personal_in(numbers: pl.Series, column: str, mapping: TableMapping, profile: Profile) -> pl.Series:
    """Which numbers of a column, in normal form, look like a person's."""
    if mapping.table in OWN_TABLES:
        return numbers.is_null() & False
    return personal_numbers(numbers, forms_of(column, mapping, profile))


def forms_of(column: str, mapping: TableMapping, profile: Profile) -> tuple[str, ...]:
    """The declared forms of a column: the mapping's, else the profile's."""
    return mapping.number_form.get(column) or profile.settings.number_forms.get(column, ())


def unadmitted_piece(column: str, mapping: TableMapping, profile: Profile) -> pl.Expr:
    """Whether one of the source columns that a number is composed of may be a name; those chosen by value, and words of a code list, are known.

    A column of numbers of its own is judged as that; a column of moments is read as such, and a row that cannot be read so
    is held; of the rest only admitted numbers, days and moments are let in.
    """
    pieces = mapping.templates[column].replace("}", "{").split("{")[1::2]
    if mapping.number_form.get(column):
        pieces = []
    columns = TABLES[mapping.table].columns()
    dated = {
        h for name, h in mapping.columns.items() if name in columns and columns[name].dtype.is_temporal()
    }
    own = {h: name for name, h in mapping.columns.items() if name in number_columns(mapping.table)}
    coded = {
        h: {*known_words(codes, profile, mapping.codes.get(name, {}))} - {"*", ""}
        for name, h in mapping.columns.items()
        if name in columns and (codes := list_of(mapping.table, name)) is not None
    }

    def may_name(text: pl.Series) -> pl.Series:
        numbers, name = normal_forms(text), own.get(text.name)
        if name is not None:
            return unadmitted(numbers, name, mapping, profile)
        refused = ~admitted_pieces(numbers, lettered=column in mapping.lettered)
        known = coded.get(text.name, set())
        words = {word: fold(word) in known for word in numbers.filter(refused).drop_nulls().unique()}
        return refused & ~numbers.replace_strict(words, default=False, return_dtype=pl.Boolean)

    return pl.any_horizontal(
        pl.lit(value=False),
        *(
            pl.col(heading).cast(pl.String).map_batches(may_name, return_dtype=pl.Boolean)
            for heading in pieces
            if heading != "line" and heading not in mapping.where and heading not in dated
        ),
    )


def of_own_day_and_place(rows: pl.DataFrame, column: str) -> pl.Series:
    """Which numbers begin with the row's own area and hold a day of the row: no identity number is that by chance.

    Eighteen digits are area, day and serial; fifteen have the year in two.
    """
    number = pl.col(column)
    days = [pl.col(name) for name, kind in rows.schema.items() if kind.is_temporal()]
    if "area_code" not in rows.columns or not days:
        return pl.Series([False]).new_from_index(0, len(rows))
    of_place = number.str.slice(0, 6) == pl.col("area_code").str.slice(0, 6)
    long = pl.any_horizontal(number.str.slice(6, 8) == day.dt.strftime("%Y%m%d") for day in days)
    short = pl.any_horizontal(number.str.slice(6, 6) == day.dt.strftime("%y%m%d") for day in days)
    is_so = (number.str.contains(r"^\d{18}$") & long) | (number.str.contains(r"^\d{15}$") & short)
    return rows.select((of_place & is_so).fill_null(value=False)).to_series()
