"""The person at the command line. Whoever can run it holds the database, so the name is a record, not a right."""

import os


def operator() -> str:
    """Return the person at the command line, as decisions and the audit name them.

    The system's account, and none of the names that a shell may set (LOGNAME, USER, SUDO_USER): those are claims.
    """
    try:
        import pwd
    except ImportError:  # Windows
        return f"cli:{os.getlogin()}"[:100]
    number = os.getuid()
    try:
        return f"cli:{pwd.getpwuid(number).pw_name}"[:100]
    except KeyError:  # an account without a name, as in some containers
        return f"cli:uid-{number}"
