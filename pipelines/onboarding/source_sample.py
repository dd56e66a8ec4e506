"""What the columns of one source file look like: moments and their formats, repeats, running numbers, names.

Judged on the values alone; nothing of them is kept or shown.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import polars as pl

from pipelines.city.code_lists import list_of
from pipelines.city.profile import REFERENCE
from pipelines.city.yaml_text import yaml_data
from pipelines.intake.value_parsers import answers, numbers
from pipelines.mapping.heading_roles import PERSON, RUNNING_NUMBER, roles_of
from pipelines.onboarding.date_habits import DateHabit, date_habit
from pipelines.reading.readers import RawFile
from pipelines.tables.contracts import TABLES

SAMPLE_ROWS = 2_000
MOST_CODES = 60
"""A column with more different words is none of codes."""
NAME_SHARE = 0.7
"""Share of the different words of a column that must be built like names for it to be taken for one of persons."""
NAME_LIKE = r"^[{surnames}](?:[\p{{Han}}]{{1,2}}|某+|[*xX×○]+|女士|先生)$"
NO_NAME_ENDS = r"[镇乡村街道区县市州组类案件议产资薪伤故事务纷款同地山林水居邻里]$"


@dataclass(frozen=True)
class SourceSample:
    """One file as read, with what its columns look like."""

    raw: RawFile

    @cached_property
    def habits(self) -> dict[str, DateHabit]:
        """How each column of moments is written, by heading."""
        judged = {heading: date_habit(self._sampled(heading)) for heading in self.raw.headings}
        return {heading: habit for heading, habit in judged.items() if habit is not None}

    def text(self, heading: str) -> pl.Series:
        """A column as text without blanks; empty cells null."""
        return self.raw.frame[heading].cast(pl.String).str.strip_chars().replace("", None)

    def words(self, heading: str) -> dict[str, int]:
        """The different words of a column and their rows, the commonest first."""
        counted = (
            self.text(heading)
            .drop_nulls()
            .value_counts(name="n")
            .sort("n", heading, descending=[True, False])
        )
        return dict(counted.iter_rows())

    def unique_share(self, heading: str) -> float:
        """Different values over rows; 0 for an empty file."""
        return self.text(heading).drop_nulls().n_unique() / max(len(self.raw.frame), 1)

    def is_running_number(self, heading: str) -> bool:
        """Whether a column counts the rows of the file: called so, or 1, 2, 3 and so on under any heading."""
        if RUNNING_NUMBER in roles_of(heading):
            return True
        counted = self.text(heading).drop_nulls().cast(pl.Int64, strict=False)
        return (
            len(counted) > 1
            and counted.null_count() == 0
            and counted.to_list() == list(range(1, len(counted) + 1))
        )

    def may_be_persons(self, heading: str) -> bool:
        """Whether a column holds persons by its heading, or words built like Chinese names."""
        if PERSON in roles_of(heading):
            return True
        words = self.text(heading).drop_nulls().unique()
        alike = words.str.contains(_name_like()) & ~words.str.contains(NO_NAME_ENDS)
        return bool(len(words)) and int(alike.sum()) >= NAME_SHARE * len(words)

    def fits(self, heading: str, table: str, column: str, *, strictly: bool = False) -> bool:
        """Whether a column could hold a table's values; strictly: whether it looks like them and like nothing else."""
        dtype = TABLES[table].columns()[column].dtype
        values = self._sampled(heading).cast(pl.String)
        if not len(values):
            return not strictly
        if dtype == pl.Boolean:
            return answers(values).null_count() == 0
        if isinstance(dtype, pl.Datetime) or dtype == pl.Date:
            return heading in self.habits
        if dtype.is_numeric():
            return numbers(values, dtype).null_count() <= len(values) / 10
        if list_of(table, column) is not None:
            return not strictly or self._may_be_codes(heading)
        return not strictly or self._may_be_numbers_of_records(heading)

    def _may_be_codes(self, heading: str) -> bool:
        several = len(self.words(heading))
        return 1 < several <= MOST_CODES and heading not in self.habits and not self.may_be_persons(heading)

    def _may_be_numbers_of_records(self, heading: str) -> bool:
        with_digits = self.text(heading).drop_nulls().str.contains(r"\d")
        return (
            self.unique_share(heading) == 1
            and bool(with_digits.all())
            and heading not in self.habits
            and not self.is_running_number(heading)
            and not self.may_be_persons(heading)
        )

    def _sampled(self, heading: str) -> pl.Series:
        """Values of a column without empty ones, spread over the file."""
        values = self.raw.frame[heading]
        filled = (self.text(heading) if values.dtype == pl.String else values).drop_nulls()
        return filled.gather_every(max(1, len(filled) // SAMPLE_ROWS)).head(SAMPLE_ROWS)


@cache
def _name_like() -> str:
    surnames = yaml_data((REFERENCE / "made_up_names.yml").read_text(encoding="utf-8"))["surnames"]
    return NAME_LIKE.format(surnames=surnames)
