"""Has every run that is ready advanced: in this process on SQLite, through procrastinate on PostgreSQL."""
