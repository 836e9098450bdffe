"""Files at a face: taken back when the content of their case is removed.

Whoever gave a file to a face looks for rows that are due, and deletes the file there.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from store.documents import shown


def take_back(session: Session, case: int, *, team: int, at: datetime) -> int:
    """Have all files of a case be taken back from where they are shown, in the transaction that removes its content.

    Returns their number. No hash of a document is left in their rows.
    """
    return shown.take_back(session, case, team=team, at=at)
