"""LangGraph's savers, made as its documentation makes them."""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

from contextlib import ExitStack


def saver(url: str, held: ExitStack):
    """Return the saver of a URL, made as its documentation says, and its durability settings."""
    if url.startswith("sqlite:///"):
        import sqlite3

        from langgraph.checkpoint.sqlite import SqliteSaver

        connection = sqlite3.connect(url.removeprefix("sqlite:///"), check_same_thread=False)
        made = SqliteSaver(connection)
        made.setup()
        connection.execute("PRAGMA synchronous=FULL")
        journal = connection.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
        return made, f"journal_mode={journal}, synchronous={synchronous}"
    from langgraph.checkpoint.postgres import PostgresSaver
    from psycopg.rows import dict_row
    from psycopg_pool import ConnectionPool

    options = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    pool = held.enter_context(ConnectionPool(url, min_size=8, max_size=20, kwargs=options))
    made = PostgresSaver(pool)
    made.setup()
    with pool.connection() as connection:
        kept = connection.execute("SHOW synchronous_commit").fetchone()["synchronous_commit"]
    return made, f"synchronous_commit={kept}"
