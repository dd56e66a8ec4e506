"""What the intake counted and has to say, line by line."""

from pipelines.home import Home
from pipelines.intake.open_questions import open_questions
from pipelines.intake.row_counts import NOTICE, files_left_out
from pipelines.warehouse.warehouse import open_warehouse


def accounting(home: Home) -> list[str]:
    """Files that could not be read; then one line per table over every file: read = loaded + quarantined + duplicates + unchanged."""
    query = """
        select table_name, sum(n_read), sum(n_loaded), sum(n_quarantined), sum(n_duplicate), sum(n_unchanged)
        from intake_file group by table_name order by table_name"""
    with open_warehouse(home.warehouse, read_only=True) as con:
        rows = con.execute(query).fetchall()
        notices = con.execute(
            "select value from intake_setting where starts_with(name, $notice) order by name",
            {"notice": NOTICE},
        ).fetchall()
        left_out, questions = files_left_out(con), open_questions(con)
    others = [text for (text,) in notices if text not in left_out]
    return (
        [f"  {text}" for text in left_out]
        + [
            f"  {table}: read {n[0]:,} = loaded {n[1]:,} + quarantined {n[2]:,} + duplicates {n[3]:,} + unchanged {n[4]:,}"
            for table, *n in rows
        ]
        + [f"  {text}" for text in (*others, *questions)]
    )
