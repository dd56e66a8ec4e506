"""The statement that makes a table of the warehouse, read off its class."""

import dataframely as dy

_SQL_TYPES = {
    "String": "text", "Datetime": "timestamp", "Date": "date", "Bool": "boolean", "Int64": "bigint", "Int32": "integer",
    "UInt64": "ubigint", "Float64": "double", "List": "text[]",
}  # fmt: skip


def create_table(name: str, table: type[dy.Schema]) -> str:
    """The statement that makes the table where it is missing."""
    columns = [f"{column} {_kind(of)}{_needed(of)}" for column, of in table.columns().items()]
    key = table.primary_key()
    if key:
        columns.append(f"primary key ({', '.join(key)})")
    return f"create table if not exists {name} ({', '.join(columns)});"


def _kind(column: dy.Column) -> str:
    return (column.metadata or {}).get("stored") or _SQL_TYPES[type(column).__name__]


def _needed(column: dy.Column) -> str:
    return "" if column.nullable or column.primary_key else " not null"
