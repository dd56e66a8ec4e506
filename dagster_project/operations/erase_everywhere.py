"""Erasing disputes everywhere under a home, and saying so (boundary 16); by request, or when they have aged out.

Rows go by the columns that hold a dispute's number. Running text (notes, logs, papers) loses the mentions that can only
be of the number; a word that may as well be a category, a place or a date is left and told.
"""

import re
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

from filelock import FileLock

from dagster_project.operations.city import City
from dashboards.decisions.store import DecisionStore
from pipelines.erasure.erase import (
    aged_out,
    ambiguous,
    erase_from_parquet,
    erase_from_warehouse,
    erased_mark,
    erased_marks,
    quarantined,
    spellings,
)
from pipelines.erasure.mentions import Mentions, is_unmistakable
from pipelines.erasure.search_files import decoded_texts, is_sqlite, sqlite_columns
from pipelines.errors import FengqiaoError, RefusedInput
from pipelines.home import Home
from pipelines.intake.quarantined_numbers import quarantined_numbers
from pipelines.privacy.key_file import load_key
from pipelines.publication_in_force import SWITCHES
from pipelines.tables.normal_form import normal_form
from pipelines.warehouse.warehouse import open_warehouse

TABLES = ("features", "published", "backtests", "trials", "mlflow")
"""Folders of the home whose Parquet files may have a column of disputes' numbers."""
RUNNING_TEXT = ("dagster", "mlflow", "logs", "trials")
"""Folders of the home that hold texts a program wrote: databases of runs, logs, reports."""
TAG = re.compile(r"<[^>]*>")
TEXT_FILES = {".log", ".json", ".txt", ".csv", ".yaml", ".md"}


@dataclass(frozen=True)
class ErasurePlan:
    """What is known of the numbers before anything is taken out.

    Attributes:
        key: of the home.
        numbers: in normal form.
        spelled: these, and how they were written before there was a normal form.
        in_notes: the mentions that people's notes lose.
        in_logs: the mentions that programs' texts and papers lose; of unmistakable numbers only.
        left: numbers that are also another word, whose mentions stay.
    """

    key: bytes
    numbers: frozenset[str]
    spelled: frozenset[str]
    in_notes: Mentions
    in_logs: Mentions
    left: frozenset[str]


@dataclass
class Erased:
    """Rows and places taken out, by where they were."""

    places: dict[str, int] = field(default_factory=dict)

    def add(self, where: str, n: int) -> None:
        self.places[where] = self.places.get(where, 0) + n

    def lines(self) -> list[str]:
        return [f"{where}: {n}" for where, n in self.places.items() if n]


def erase_dispute(city: City, dispute_id: str, reason: str) -> str:
    """Take a dispute out of everything under the home, and nothing else.

    Warehouse with all versions, quarantine, features, every publication, backtest and trial, and the record of decisions,
    which keeps its chain. Papers that show it are removed; `fengqiao brief` writes them again without it.

    Returns:
        The certificate: what was taken out of where, and what was looked through.

    Raises:
        RefusedInput: the home holds no dispute of that number.
        FengqiaoError: something under the home still holds the number afterwards.
    """
    number = normal_form(dispute_id)
    with _alone(city.home):
        plan = _plan(city, [dispute_id], must_exist=True)
        erased = _erase(city, plan, datetime.now())
    ambiguity = "the number is also the word for something else in this home: mentions of it in notes and logs were left as they are"
    return "\n".join(
        [
            f"certificate of erasure: {erased_mark(plan.key, number)}",
            f"reason: {reason}",
            *erased.lines(),
            *([ambiguity] if plan.left else []),
            "no table, file or note under the home holds the number of the dispute, compressed files decoded",
        ]
    )


def age_out(city: City, now: datetime) -> str:
    """Erase every dispute closed longer ago than the profile keeps them; how many there were."""
    if not city.home.warehouse.exists():
        return "no warehouse yet"
    day = now.date() - timedelta(weeks=city.profile.settings.retention.closed_weeks)
    with _alone(city.home):
        gone = aged_out(city.home.warehouse, day.isoformat())
        if gone:
            _erase(city, _plan(city, gone), now)
    return f"{len(gone)} disputes closed before {day} were erased"


def _alone(home: Home) -> FileLock:
    home.root.mkdir(parents=True, exist_ok=True)
    return FileLock(home.root / "intake.lock")


def _plan(city: City, dispute_ids: Collection[str], must_exist: bool = False) -> ErasurePlan:
    """Look the numbers up in the warehouse.

    Raises:
        RefusedInput: `must_exist`, and the warehouse neither holds the number nor has erased it before.
    """
    if not city.home.warehouse.exists():
        raise RefusedInput(
            f"{city.home.root} holds no warehouse: nothing was erased. Say which home with --home."
        )
    numbers = frozenset(map(normal_form, dispute_ids))
    with open_warehouse(city.home.warehouse) as con:
        setting = con.execute("select value from intake_setting where name = 'key_mark'").fetchone()
        key = load_key(city.home.root, setting[0] if setting else None)
        spelled = spellings(con, numbers)
        present = spelled or quarantined(con, numbers, quarantined_numbers(city.profile))
        if (
            must_exist
            and not present
            and not ({erased_mark(key, n) for n in numbers} & erased_marks(con, key))
        ):
            raise RefusedInput(
                "this home holds no dispute of that number: nothing was erased. Give the number as the screens show it, "
                "or say which home with --home and --profile"
            )
        also_words = ambiguous(con, numbers) | (numbers & {*city.profile.categories["code"]})
        others = [
            other
            for (other,) in con.execute("select distinct dispute_id from core_dispute").fetchall()
            if normal_form(other) not in numbers
        ]
    certain = numbers - also_words
    logged = {number for number in certain if is_unmistakable(number, also_words)}
    return ErasurePlan(
        key,
        numbers,
        numbers | spelled | {*dispute_ids},
        Mentions(certain, others),
        Mentions(logged, others),
        frozenset(also_words),
    )


def _erase(city: City, plan: ErasurePlan, now: datetime) -> Erased:
    """Take the disputes out of every place, then look whether one of them still holds any.

    Raises:
        FengqiaoError: one does.
    """
    home, erased = city.home, Erased()
    numbers_of = quarantined_numbers(city.profile)
    for table, n in erase_from_warehouse(home.warehouse, plan.numbers, plan.key, numbers_of).items():
        erased.add(table, n)
    for name in TABLES:
        erased.add(name, sum(erase_from_parquet(path, plan.numbers) for path in _parquet_files(home, name)))
    handed_over = home.root / "decisions.parquet"
    if handed_over.exists():
        erase_from_parquet(handed_over, plan.numbers)
    store = DecisionStore.of(home)
    erased.add("decisions", sum(store.erase(number, now) for number in sorted(plan.spelled)))
    erased.add(
        "notes of other decisions", store.rewrite_notes(lambda note: plan.in_notes.blank(note)[0], now)
    )
    erased.add("papers", _remove_papers(home, plan))
    for path in _text_files(home):
        erased.add("logs", _blank(path, plan.in_logs))
    _refuse_remains(home, store, plan)
    return erased


def _parquet_files(home: Home, name: str) -> Iterator[Path]:
    """The Parquet files of one folder of the home; what a killed writer left there is removed."""
    folder = home.root / name
    for leftover in folder.rglob(".partial-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    yield from (
        path for path in sorted(folder.rglob("*.parquet")) if path.is_file() and not path.is_symlink()
    )


def _text_files(home: Home) -> Iterator[Path]:
    if (home.published / SWITCHES).exists():
        yield home.published / SWITCHES
    for name in RUNNING_TEXT:
        for path in sorted((home.root / name).rglob("*")):
            if path.is_file() and not path.is_symlink() and (path.suffix in TEXT_FILES or is_sqlite(path)):
                yield path


def _remove_papers(home: Home, plan: ErasurePlan) -> int:
    """Remove the papers that show one of the numbers; how many there were."""
    shown = Mentions(plan.numbers)
    papers = [path for path in sorted(home.briefs.rglob("*")) if path.is_file()]
    gone = [path for path in papers if any(shown.numbers_in(_shown(text)) for text in decoded_texts(path))]
    for path in gone:
        path.unlink()
    return len(gone)


def _shown(markup: str) -> str:
    """What a part of a document or workbook shows, without tags and the addresses of cells in them."""
    return unescape(TAG.sub("\n", markup))


def _blank(path: Path, mentions: Mentions) -> int:
    """Take the mentions out of a text file or the texts of an SQLite database; how many places there were."""
    if not any(mentions.numbers_in(text) for text in decoded_texts(path)):
        return 0
    if is_sqlite(path):
        return _blank_sqlite(path, mentions)
    text, places = mentions.blank(path.read_bytes().decode("utf-8", errors="surrogateescape"))
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(text.encode("utf-8", errors="surrogateescape"))
    partial.chmod(path.stat().st_mode & 0o777)
    partial.replace(path)
    return places


def _blank_sqlite(path: Path, mentions: Mentions) -> int:
    places = 0
    with closing(sqlite3.connect(path)) as con:
        con.execute("pragma secure_delete = on")
        for table, column in sqlite_columns(con):
            rows = con.execute(
                f'select rowid, "{column}" from "{table}" where typeof("{column}") = \'text\''
            ).fetchall()
            for row, text in rows:
                blanked, n = mentions.blank(text)
                if n:
                    con.execute(f'update "{table}" set "{column}" = ? where rowid = ?', [blanked, row])
                    places += n
        con.commit()
        con.execute("vacuum")
    return places


def _refuse_remains(home: Home, store: DecisionStore, plan: ErasurePlan) -> None:
    """Look through every place again.

    Raises:
        FengqiaoError: one of them still holds a number; names it, and what to do.
    """
    with open_warehouse(home.warehouse, read_only=True) as con:
        remains = [home.warehouse] if spellings(con, plan.numbers) else []
    remains += [
        p for name in TABLES for p in _parquet_files(home, name) if erase_from_parquet(p, plan.numbers)
    ]
    remains += [home.decisions for number in sorted(plan.spelled) if store.history(number)]
    remains += [p for p in _text_files(home) if any(plan.in_logs.numbers_in(t) for t in decoded_texts(p))]
    if remains:
        raise FengqiaoError(
            f"{remains[0]} still holds a number after erasure; stop what has it open and erase again"
        )
