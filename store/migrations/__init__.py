"""Migrations: the revisions of the tables, in order. A revision that has landed is never edited."""
