"""Facts as codes: why a person is asked, what intents, messages and entries of the audit are about, and for which face.

Reasons were kept as a code with a sentence. Where the sentence is made of the code and nothing else, or of one value
whose place in it is certain, the value is kept now. Where several values and the names of fields stand in it, as in
"confidence is below 0.8: Queue, first 0.79", the sentence stays: it is what was said.

A subject was a text such as "review:12", which nothing could be joined with. It is a kind and the number of a row now.
What no row has, such as a channel's name or a time, stood in it too; notes have places of their own for that.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")

_AT_ONCE = 1_000
_NUMBERED = ("case", "run", "review", "delivery", "workflow", "team", "outage", "target", "overrun", "digest")
"""Subjects that are a kind and the number of a row; the workflow of a note has a time behind it."""
_KIND, _NUMBER = sa.String(20), ID
_UNCHECKED = re.compile(r"the rule “never (.*)” could not be checked(?:: (.*))?", re.DOTALL)
_PAUSED = re.compile(r"this workflow is paused by (.*?): (.*)", re.DOTALL)
_FORM = "the form has changed since this was decided: "
_RULES = "a rule came, or changed, since this was decided"
_NEVER = "never: "
_BY_CODE = ("correction", "out_of_scope", "draft", "no_second_opinion")
"""Codes that said all."""


def upgrade() -> None:
    _keep_values_of_reasons()
    for table in ("outbox", "messages", "audit"):
        op.add_column(table, sa.Column("subject_kind", _KIND, nullable=True))
        op.add_column(table, sa.Column("subject_id", _NUMBER, nullable=True))
    op.add_column("outbox", sa.Column("face", sa.String(length=20), nullable=True))
    op.add_column("outbox", sa.Column("occasion", sa.String(length=200), nullable=True))
    op.add_column("outbox", sa.Column("about", JSON, nullable=True))
    for table in ("outbox", "messages", "audit"):
        _number_subjects(table)
    _name_what_has_no_row()
    _name_faces()
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint("uq_outbox_team_id_key", type_="unique")
        outbox.drop_column("subject")
        outbox.drop_column("key")
        outbox.alter_column("subject_kind", existing_type=_KIND, nullable=False)
        outbox.alter_column("subject_id", existing_type=_NUMBER, nullable=False)
        outbox.alter_column("face", existing_type=sa.String(length=20), nullable=False)
        outbox.alter_column("occasion", existing_type=sa.String(length=200), nullable=False)
        outbox.alter_column("about", existing_type=JSON, nullable=False)
        outbox.create_unique_constraint(
            op.f("uq_outbox_team_id_kind_subject_kind_subject_id_channel_occasion"),
            ["team_id", "kind", "subject_kind", "subject_id", "channel", "occasion"],
        )
    with op.batch_alter_table("messages") as messages:
        messages.drop_constraint("uq_messages_team_id_channel_subject", type_="unique")
        messages.drop_column("subject")
        messages.alter_column("subject_kind", existing_type=_KIND, nullable=False)
        messages.alter_column("subject_id", existing_type=_NUMBER, nullable=False)
        messages.create_unique_constraint(
            op.f("uq_messages_team_id_subject_kind_subject_id_channel"),
            ["team_id", "subject_kind", "subject_id", "channel"],
        )
    with op.batch_alter_table("audit") as audit:
        audit.drop_column("subject")
        audit.alter_column("subject_kind", existing_type=_KIND, nullable=False)
        audit.alter_column("subject_id", existing_type=_NUMBER, nullable=False)
    op.create_index("ix_audit_subject_kind_subject_id", "audit", ["subject_kind", "subject_id"], unique=False)


def _number_subjects(name: str) -> None:
    """Read the subjects that name a row and nothing else, in the database: there may be millions."""
    table = sa.table(name, sa.column("subject"), sa.column("subject_kind"), sa.column("subject_id"))
    for kind in _NUMBERED:
        begins, rest = f"{kind}:", sa.func.substr(table.c.subject, len(kind) + 2)
        # What is no number is read as 0 by SQLite, and refused by PostgreSQL: those are left for later.
        is_number = sa.and_(
            table.c.subject.like(f"{begins}_%"), rest.not_like("%:%"), table.c.subject != f"{begins}unknown"
        )
        numbered = {"subject_kind": kind, "subject_id": sa.cast(rest, _NUMBER)}
        op.execute(table.update().where(is_number).values(numbered))


def _name_what_has_no_row() -> None:
    connection = op.get_bind()
    outbox = sa.table(
        "outbox",
        *(sa.column(name) for name in ("id", "kind", "subject", "subject_kind", "subject_id", "occasion")),
        sa.column("about", JSON),
    )
    plain = {"occasion": "", "about": {}}
    connection.execute(outbox.update().where(outbox.c.subject_kind.is_not(None)).values(plain))
    unread = sa.select(outbox.c.id, outbox.c.subject).where(outbox.c.subject_kind.is_(None))
    for row, subject in connection.execute(unread).all():
        connection.execute(outbox.update().where(outbox.c.id == row).values(_parts_of(subject)))
    messages = sa.table("messages", sa.column("subject_kind"), sa.column("subject_id"))
    queue = {"subject_kind": "channel", "subject_id": 0}
    connection.execute(messages.update().where(messages.c.subject_kind.is_(None)).values(queue))
    audit = sa.table(
        "audit",
        *(sa.column(name) for name in ("id", "subject", "subject_kind", "subject_id")),
        sa.column("details", JSON),
    )
    unread = sa.select(audit.c.id, audit.c.subject, audit.c.details).where(audit.c.subject_kind.is_(None))
    for entry in connection.execute(unread).all():
        kind, _, name = str(entry.subject).partition(":")
        named = {**entry.details} | ({"model": name} if kind == "model" else {})
        values = {"subject_kind": kind[:20], "subject_id": 0, "details": named}
        connection.execute(audit.update().where(audit.c.id == entry.id).values(values))


def _name_faces() -> None:
    """All was for Slack, but for the channels that the settings name: they name the face with it."""
    outbox = sa.table("outbox", sa.column("face"), sa.column("channel"))
    is_role = outbox.c.channel.in_(("failures", "leads"))
    op.execute(outbox.update().values(face=sa.case((is_role, "role"), else_="slack")))


def _parts_of(subject: str) -> dict[str, object]:
    """The subject of a note, or of a channel's queue, by its parts."""
    match subject.split(":"):
        case ["queue", _]:
            return {"subject_kind": "channel", "subject_id": 0, "occasion": "", "about": {}}
        case ["nowhere", channel, day]:
            occasion, about = f"{day} {channel}", {"channel": channel}
            return {"subject_kind": "channel", "subject_id": 0, "occasion": occasion, "about": about}
        case ["group", group, code, day]:
            occasion, about = f"{day} {code} {group}", {"group": group, "code": code}
            return {"subject_kind": "group", "subject_id": 0, "occasion": occasion, "about": about}
        case ["unsent", row]:
            return {"subject_kind": "outbox", "subject_id": int(row), "occasion": "", "about": {}}
        case ["workflow", row, at]:
            done_at = datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC).isoformat()
            about = {"at": done_at}
            return {"subject_kind": "workflow", "subject_id": int(row), "occasion": done_at, "about": about}
    raise ValueError(f"no version before this one wrote an intent about {subject!r}")


def _keep_values_of_reasons() -> None:
    connection = op.get_bind()
    contents = sa.table("contents", sa.column("id"), sa.column("kind"), sa.column("body"))
    page = sa.select(contents.c.id, contents.c.body).where(contents.c.kind == "reasons").order_by(contents.c.id)
    change = contents.update().where(contents.c.id == sa.bindparam("row")).values(body=sa.bindparam("to"))
    after = 0
    while rows := connection.execute(page.where(contents.c.id > after).limit(_AT_ONCE)).all():
        connection.execute(change, [{"row": row, "to": _with_values(body)} for row, body in rows])
        after = rows[-1][0]


def _with_values(body: str) -> str:
    reasons = [_reason(reason) for reason in json.loads(body)]
    return json.dumps(reasons, separators=(",", ":"), sort_keys=True)


def _reason(reason: Mapping[str, str]) -> dict[str, str]:
    """A reason with its values in place of its sentence; with the sentence where that holds what is known nowhere else.

    One that was cut because it was too long does not end as it began, and stays as it is.
    """
    code, text = reason["code"], reason.get("text", "")
    said = {"code": code, "said": text}
    if code in _BY_CODE:
        return {"code": code}
    if code == "never":
        return {"code": code, "rule": reason.get("rule") or text.removeprefix(_NEVER)}
    if code == "never_unchecked":
        found = _UNCHECKED.fullmatch(text)
        rule, cause = reason.get("rule"), None
        if found is not None:
            rule, cause = rule or found[1], found[2]
        kept = {"code": code} | ({"rule": rule} if rule else {"said": text})
        return kept | ({"said": cause} if cause else {})
    if code == "paused" and (paused := _PAUSED.fullmatch(text)) is not None:
        return {"code": code, "by": paused[1], "said": paused[2]}
    if code == "decided_before" and text == _RULES:
        return {"code": code, "change": "rules"}
    if code == "decided_before" and text.startswith(_FORM):
        return {"code": code, "change": "form", "said": text.removeprefix(_FORM)}
    return said
