"""Documents of a year's cases, for measurements: one of each fifth case, shown in Slack, and files of no case."""

from sqlalchemy import String, case, cast, insert, literal, select
from sqlalchemy.orm import Session

from benchmarks.years.year import CHANNEL, TEAM
from store.schema import Case, DocumentRow, DocumentUpload, DocumentUse, ShownFile

SHARE = 5
"""A document for one of so many cases. Its hash is the number of the case."""
UNHELD, DUE = 500, 1_000
"""One of so many cases has a document that no case holds, or a picture that is to be taken back."""


def fill_documents(session: Session) -> None:
    """Have each fifth case hold a document and show a page, and a source have handed in what nobody named."""
    sha256 = cast(Case.id, String)
    is_unheld = Case.id % UNHELD == 1
    theirs = (Case.team_id == TEAM, (Case.id % SHARE == 0) | is_unheld)
    files = select(
        literal(TEAM),
        sha256,
        literal("application/pdf"),
        literal(80_000),
        literal(2),
        Case.received_at,
        case((is_unheld, Case.received_at), else_=None),
    ).where(*theirs)
    columns = ["team_id", "sha256", "kind", "size", "pages", "kept_at", "unheld_since"]
    session.execute(insert(DocumentRow).from_select(columns, files))
    of_case = (Case.team_id == TEAM, DocumentRow.team_id == TEAM, DocumentRow.sha256 == sha256)
    held = select(literal(TEAM), DocumentRow.id, Case.id).where(*of_case, Case.id % SHARE == 0)
    session.execute(insert(DocumentUse).from_select(["team_id", "document_id", "case_id"], held))
    loose = select(literal(TEAM), literal(8), DocumentRow.id, literal("a.pdf"), Case.received_at)
    uploads = ["team_id", "source_id", "document_id", "name", "at"]
    session.execute(insert(DocumentUpload).from_select(uploads, loose.where(*of_case, is_unheld)))
    is_due = Case.id % DUE == 0
    shown = select(
        literal(TEAM),
        Case.id,
        sha256,
        literal(1),
        literal(CHANNEL),
        literal("F1"),
        Case.received_at,
        Case.received_at,
        literal([], ShownFile.fields.type),
        literal(0),
        case((is_due, Case.received_at), else_=None),
        case((is_due, literal("missing_scope")), else_=None),
    ).where(Case.team_id == TEAM, Case.id % SHARE == 0)
    columns = ["team_id", "case_id", "sha256", "page", "channel", "file", "at", "uploaded_at", "fields", "attempts"]
    session.execute(insert(ShownFile).from_select([*columns, "until", "error"], shown))
