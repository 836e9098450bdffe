"""The dispatcher advances every ready run: in this process on SQLite, through procrastinate on PostgreSQL.

In: wake-ups. Out: calls of `advance(run)`, at least one each; a poison case runs in isolation.
"""
