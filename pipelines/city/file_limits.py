"""How large a file of the landing folder may be, and what reading it may cost: bounds that a profile may raise."""

from pydantic import Field

from pipelines.city.checked_yaml import Checked


class FileLimits(Checked):
    """Bounds of one landing file: what is beyond them is left out and said, and the others are read."""

    megabytes: int = Field(default=2048, gt=0, description="of the file as received", examples=[2048])
    unpacked_megabytes: int = Field(
        default=4096,
        gt=0,
        description="of what a workbook, a Parquet file or an archive unpacks to",
        examples=[4096],
    )
    unpacked_ratio: int = Field(
        default=200,
        gt=0,
        description="unpacked over packed bytes, of what unpacks to over 64 megabytes",
        examples=[200],
    )
    columns: int = Field(default=2000, gt=0, description="columns of a table", examples=[2000])
    rows: int = Field(default=20_000_000, gt=0, description="rows of a table", examples=[20_000_000])
    cells: int = Field(default=200_000_000, gt=0, description="rows times columns", examples=[200_000_000])
    row_groups: int = Field(
        default=10_000, gt=0, description="row groups of a Parquet file", examples=[10_000]
    )
    nesting: int = Field(default=16, gt=0, description="depth of a Parquet file's columns", examples=[16])
    memory_megabytes: int = Field(
        default=2048,
        gt=0,
        description="memory of the process that reads a workbook or a Parquet file",
        examples=[8192],
    )
    seconds: int = Field(default=300, gt=0, description="processor seconds of that process", examples=[600])
