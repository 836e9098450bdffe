"""Who works at the command line. Whoever can run it holds the database, so the name is a record, not a right."""

import getpass


def operator() -> str:
    """The person at the command line, as decisions and the audit name them."""
    try:
        return f"cli:{getpass.getuser()}"[:100]
    except (OSError, KeyError):  # a user without a name, as in some containers
        return "cli:unknown"
