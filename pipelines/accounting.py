"""What became of every row of every file: read = loaded + quarantined + duplicates + unchanged."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileReport:
    """One file's rows for one table; `released` rows of earlier files were held and are now corrected."""

    file: str
    file_id: str
    table: str
    encoding: str | None
    read: int
    loaded: int
    quarantined: int
    duplicates: int
    unchanged: int
    released: int = 0

    def __post_init__(self) -> None:
        if self.read != self.loaded + self.quarantined + self.duplicates + self.unchanged:
            raise AssertionError(f"rows of {self.file} do not add up: {self}")

    def line(self) -> str:
        """The accounting in one line."""
        freed = f"; {self.released:,} held before are released" if self.released else ""
        return (
            f"{self.file} -> {self.table}: read {self.read:,} = loaded {self.loaded:,} + quarantined "
            f"{self.quarantined:,} + duplicates {self.duplicates:,} + unchanged {self.unchanged:,}{freed}"
        )
