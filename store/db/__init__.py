"""The database itself: connections, the one transaction, locks, upgrades, backups.

In: a URL. Out: sessions for reading and writing, on SQLite or PostgreSQL. Knows no subject; the queries in the folders
beside it use it.
"""
