"""The tables of the decision record, and what the database itself refuses: any change of what is written.

SQLite and PostgreSQL. Content may be deleted only once `erasure` or `rewriting` names it.
"""

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.schema import CreateTable

from pipelines.errors import FengqiaoError

_METADATA = sa.MetaData()
ENTRY = sa.Table(
    "decision_entry",
    _METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("previous_hash", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
)
CONTENT = sa.Table(
    "decision_content",
    _METADATA,
    sa.Column("seq", sa.Integer, sa.ForeignKey("decision_entry.seq"), primary_key=True, autoincrement=False),
    sa.Column("salt", sa.Text, nullable=False),
    sa.Column("dispute_id", sa.Text),
    sa.Column("content", sa.Text, nullable=False),
)
ERASURE = sa.Table(
    "decision_erasure",
    _METADATA,
    sa.Column("seq", sa.Integer, sa.ForeignKey("decision_entry.seq"), primary_key=True, autoincrement=False),
    sa.Column("by_entry", sa.Integer, sa.ForeignKey("decision_entry.seq"), nullable=False),
)
REWRITING = sa.Table(
    "decision_rewriting",
    _METADATA,
    sa.Column("seq", sa.Integer, sa.ForeignKey("decision_entry.seq"), primary_key=True, autoincrement=False),
    sa.Column(
        "by_entry", sa.Integer, sa.ForeignKey("decision_entry.seq"), primary_key=True, autoincrement=False
    ),
)
"""Entries whose note was written anew without the number of an erased dispute, and the entry that says so."""
SIGNATURE = sa.Table(
    "decision_signature",
    _METADATA,
    sa.Column("seq", sa.Integer, sa.ForeignKey("decision_entry.seq"), primary_key=True, autoincrement=False),
    sa.Column("signature", sa.Text, nullable=False),
)
SCHEMA = sa.Table("decision_schema", _METADATA, sa.Column("version", sa.Integer, primary_key=True))
"""One row: which form the record has. A record from before there was one has the first."""

DECISION_SCHEMA = 2
"""2: each entry is signed."""
LOCK_WAIT_SECONDS = 5
REWRITE = {"sqlite": "vacuum", "postgresql": "vacuum full decision_content"}
"""Writes what is left of the content anew, so that no freed page keeps what was erased."""

_INDEX = "create index if not exists decision_content_dispute on decision_content (dispute_id)"
_GUARDED = (
    "decision_entry",
    "decision_content",
    "decision_erasure",
    "decision_rewriting",
    "decision_signature",
)
_SQLITE_TRIGGERS = (
    *(
        f"create trigger if not exists {table}_no_{verb} before {verb} on {table} "
        "begin select raise(abort, 'decisions are append-only'); end"
        for table in ("decision_entry", "decision_erasure", "decision_rewriting", "decision_signature")
        for verb in ("update", "delete")
    ),
    "create trigger if not exists decision_content_no_update before update on decision_content "
    "begin select raise(abort, 'decisions are append-only'); end",
    "create trigger if not exists decision_content_no_delete before delete on decision_content "
    "when not exists (select 1 from decision_erasure where seq = old.seq) "
    "and not exists (select 1 from decision_rewriting where seq = old.seq) "
    "begin select raise(abort, 'decisions are append-only'); end",
)
_POSTGRES_TRIGGERS = (
    """
    create or replace function decisions_append_only() returns trigger language plpgsql as $$
    begin
        if tg_table_name = 'decision_content' and tg_op = 'DELETE'
           and (exists (select 1 from decision_erasure where seq = old.seq)
                or exists (select 1 from decision_rewriting where seq = old.seq)) then return old; end if;
        raise exception 'decisions are append-only';
    end $$
    """,
    *(
        f"create or replace trigger {table}_append_only before update or delete on {table} "
        "for each row execute function decisions_append_only()"
        for table in _GUARDED
    ),
)


def prepare(engine: sa.Engine) -> bool:
    """Create tables and guards of a new record, or of one from before signatures; many may do so at once.

    A guard that is missing from a record of this schema is not put back in silence: `changed_guards` names it.

    Returns:
        Whether the record was written before entries were signed.

    Raises:
        FengqiaoError: a later release has written the record.
    """
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        event.listen(engine, "connect", _plain_sqlite)
    with engine.begin() as con:
        if sqlite:
            con.exec_driver_sql("begin immediate")
        else:
            con.exec_driver_sql("select pg_advisory_xact_lock(hashtext('fengqiao decisions'))")
        for table in _METADATA.sorted_tables:
            con.execute(CreateTable(table, if_not_exists=True))
        version = con.scalar(sa.select(sa.func.max(SCHEMA.c.version)))
        if version is not None and version > DECISION_SCHEMA:
            raise FengqiaoError(
                f"the decisions have schema {version} and this program knows {DECISION_SCHEMA}: use the release that wrote them"
            )
        if version == DECISION_SCHEMA or con.scalar(sa.select(sa.func.count()).select_from(SIGNATURE)):
            return False
        is_older = con.scalar(sa.select(sa.func.count()).select_from(ENTRY)) != 0
        con.execute(sa.delete(SCHEMA))
        con.execute(sa.insert(SCHEMA).values(version=DECISION_SCHEMA))
        con.exec_driver_sql(_INDEX)
        put_back_guards(con)
    return is_older


def changed_guards(con: sa.Connection) -> list[str]:
    """Names of the record's triggers that are missing, changed, switched off or not its own, and of tables that are none."""
    if con.dialect.name == "sqlite":
        return _changed_in_sqlite(con)
    return _changed_in_postgres(con)


def put_back_guards(con: sa.Connection) -> None:
    """Drop every trigger on the record's tables and create its own anew."""
    if con.dialect.name == "sqlite":
        for name in (
            con.exec_driver_sql("select name from sqlite_master where type = 'trigger'").scalars().all()
        ):
            con.exec_driver_sql(f'drop trigger "{name}"')
    for statement in _SQLITE_TRIGGERS if con.dialect.name == "sqlite" else _POSTGRES_TRIGGERS:
        con.exec_driver_sql(statement)


def _changed_in_sqlite(con: sa.Connection) -> list[str]:
    rows = con.exec_driver_sql(
        "select type, name, sql from sqlite_master where name not like 'sqlite_%'"
    ).all()
    present = {(row.type, row.name): row.sql for row in rows}
    wanted = {
        ("trigger", statement.split()[5]): statement.replace("if not exists ", "", 1).lower()
        for statement in _SQLITE_TRIGGERS
    }
    tables = {("table", table) for table in _METADATA.tables}
    known = {*wanted, *tables, ("index", "decision_content_dispute")}
    changed = {key for key, text in wanted.items() if (present.get(key) or "").lower() != text}
    return sorted(name for _, name in changed | (tables - set(present)) | (set(present) - known))


def _changed_in_postgres(con: sa.Connection) -> list[str]:
    query = """
        select c.relname || '_append_only' as wanted, t.tgname, t.tgenabled, p.prosrc
        from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
        where not t.tgisinternal and c.relname like 'decision_%%'"""
    rows = con.exec_driver_sql(query).all()
    body = _POSTGRES_TRIGGERS[0].split("$$")[1]
    whole = {
        row.tgname for row in rows if row.tgname == row.wanted and row.tgenabled == "O" and row.prosrc == body
    }
    wanted = {f"{table}_append_only" for table in _GUARDED}
    return sorted((wanted - whole) | ({row.tgname for row in rows} - wanted))


def lock(con: sa.Connection) -> None:
    """Let nobody else write until this transaction ends; waits for whoever writes now."""
    if con.dialect.name == "sqlite":
        con.exec_driver_sql("begin immediate")
    else:
        con.exec_driver_sql("lock table decision_entry in share row exclusive mode")


def still(con: sa.Connection) -> None:
    """Let everything this transaction reads be of one moment, whoever writes meanwhile."""
    if con.dialect.name == "sqlite":
        con.exec_driver_sql("begin")
    else:
        con.exec_driver_sql("set transaction isolation level repeatable read")


def _plain_sqlite(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    """Leave transactions to this module, wait for other writers, and overwrite what is erased."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout = {LOCK_WAIT_SECONDS * 1000}", "secure_delete = on", "foreign_keys = on"):
        cursor.execute(f"pragma {pragma}")
    cursor.close()
