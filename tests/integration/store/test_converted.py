"""Rows of earlier versions are converted where that is certain, and stay readable where it is not."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from handlers.texts.review.reasons import in_words
from store.db import migration
from store.db.database import Database
from store.governance import audit
from store.model import outages, overruns
from store.schema import AuditRow, Content, Digest, Message, ModelRequest, OutboxRow, Step
from store.slack import messages, outbox, rate_limits
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.reasons import Change, Code, Reason, from_json
from workflows.engine.review.refusals import refusal_of
from workflows.engine.review.views import RefusalView

pytestmark = pytest.mark.slow

AT = "2026-03-02 09:30:00.123456"
MOMENT = "2026-03-02T09:30:00.123456+00:00"
DOLLAR = 1_000_000_000
"""Money as it is kept."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database as the version before this one left it, with nothing in it."""
    database = Database(database_url)
    config = Config()
    config.set_main_option("script_location", str(migration.MIGRATIONS))
    with database.writing.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
    yield database
    database.close()


def write(database: Database, *rows: tuple[str, dict[str, object]]) -> None:
    """Write rows as that version did: table, then column -> value."""
    with database.writing.begin() as connection:
        for table, values in rows:
            columns, places = ", ".join(values), ", ".join(f":{column}" for column in values)
            connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({places})"), values)


TEAM: tuple[str, dict[str, object]] = ("teams", {"id": 1, "name": "local", "created_at": AT})
WORKFLOW: tuple[str, dict[str, object]] = (
    "workflows",
    {"id": 1, "team_id": 1, "name": "triage", "options": "{}", "created_at": AT},
)
CASE: tuple[str, dict[str, object]] = (
    "cases",
    {
        "id": 1,
        "team_id": 1,
        "workflow_id": 1,
        "key": "T-1",
        "revision": 1,
        "content_hash": "",
        "source": "cli",
        "received_at": AT,
    },
)

REWORDED = {
    "a rule came, or changed, since this was decided": "a rule was added or changed since the decision",
    "the form has changed since this was decided: queue: is missing": (
        "the form has changed since the decision: queue: is missing"
    ),
}
"""Sentences of before -> as they read now."""

REASONS = [
    ("never: pay alone", Reason(code=Code.NEVER, rule="pay alone")),
    ("the rule “never pay” could not be checked", Reason(code=Code.NEVER_UNCHECKED, rule="pay")),
    ("the rule “never pay” could not be checked: no", Reason(code=Code.NEVER_UNCHECKED, rule="pay", said="no")),
    (
        "this workflow is paused by cli:ana: it is wrong: by U0EVE: so",
        Reason(code=Code.PAUSED, by="cli:ana", said="it is wrong: by U0EVE: so"),
    ),
    ("it corrects what was delivered", Reason(code=Code.CORRECTION)),
    ("it is outside what this workflow may decide", Reason(code=Code.OUT_OF_SCOPE)),
    ("this workflow only drafts; a person decides every case", Reason(code=Code.DRAFT)),
    ("a rule came, or changed, since this was decided", Reason(code=Code.DECIDED_BEFORE, change=Change.RULES)),
    (
        "the form has changed since this was decided: queue: is missing",
        Reason(code=Code.DECIDED_BEFORE, change=Change.FORM, said="queue: is missing"),
    ),
    ("confidence is below 0.8: Queue 0.79", Reason(code=Code.BELOW_FLOOR, said="confidence is below 0.8: Queue 0.79")),
    ("no usable confidence for A, B", Reason(code=Code.NO_CONFIDENCE, said="no usable confidence for A, B")),
    ("the model declined to answer ü", Reason(code="refused", said="the model declined to answer ü")),
    ("it was cut o", Reason(code=Code.PAUSED, said="it was cut o")),
]
"""Sentences of earlier versions, each with its present reason."""


def test_reasons_are_kept_as_values_and_read_as_they_did(database: Database) -> None:
    """A sentence with several values stays one. The rule of a never was not always kept beside it."""
    kept = [{"code": str(now.code), "text": before} for before, now in REASONS]
    named = {"code": "never", "text": "never: pay", "rule": "pay alone"}
    values = {"id": 1, "team_id": 1, "case_id": 1, "kind": "reasons", "body": json.dumps([*kept, named])}
    other = {"id": 2, "team_id": 1, "case_id": 1, "kind": "input", "body": json.dumps(kept)}
    write(database, TEAM, WORKFLOW, CASE, ("contents", values), ("contents", other))
    migration.upgrade(database)
    with database.engine.connect() as connection:
        body, untouched = connection.execute(text("SELECT body FROM contents ORDER BY id")).scalars()
    *found, with_rule = from_json(body)
    assert found == [now for _, now in REASONS]
    assert with_rule == Reason(code=Code.NEVER, rule="pay alone")
    assert [in_words(reason) for reason in found[:-1]] == [REWORDED.get(before, before) for before, _ in REASONS[:-1]]
    assert json.loads(untouched) == kept


def test_the_content_of_a_step_comes_to_stand_beside_it(database: Database) -> None:
    """A content that another row names stays as it is."""
    body, of = '{"input":{"text":"ü"},"output":"a\\u0000b"}', {"team_id": 1, "case_id": 1}
    contents = [{"id": 1, "kind": "input", "body": "{}"}, {"id": 2, "kind": "step", "body": body}]
    run = {"id": 1, "workflow_id": 1, "revision": 1, "correction": 0, "state": "running", "epoch": 1, "input_id": 1}
    step = {"id": 1, "team_id": 1, "run_id": 1, "position": 1, "name": "look_up", "nth": 1, "attempt": 1}
    step |= {"state": "finished", "input_hash": "h", "content_id": 2, "started_at": AT, "milliseconds": 1.5, "cost": 0}
    again = step | {"id": 2, "nth": 2, "recalled_from": 1}
    write(
        database,
        TEAM,
        WORKFLOW,
        CASE,
        *(("contents", of | content) for content in contents),
        ("runs", of | run | {"created_at": AT, "changed_at": AT}),
        ("steps", step),
        ("steps", again),
    )
    migration.upgrade(database)
    with database.read() as session:
        assert [(row.id, row.body, row.recalled_from) for row in session.query(Step).order_by(Step.id)] == [
            (1, body, None),
            (2, body, 1),
        ]
        assert [row.body for row in session.query(Content).order_by(Content.id)] == ["{}", ""]


DONE = {"state": "sent", "wanted": 1, "attempts": 0, "not_before": AT, "created_at": AT}
NOTES = [
    ("card", "review:12", "C1", "review:12", "", {}),
    ("card", "review:12", "C2", "review:12", "", {}),
    ("doubt", "delivery:3", "C1", "delivery:3", "", {}),
    ("queue", "queue:C1", "C1", "channel", "", {}),
    ("queue", "queue:C2", "C2", "channel", "", {}),
    ("failure", "run:7", "failures", "run:7", "", {}),
    ("late", "run:7", "failures", "run:7", "", {}),
    ("digest", "digest:4", "leads", "digest:4", "", {}),
    ("unsent", "unsent:1", "failures", "outbox:1", "", {}),
    ("nowhere", "nowhere:C9:2026-03-02", "failures", "channel", "2026-03-02 C9", {"channel": "C9"}),
    ("group", "group:S0A:x_y:2026-03-02", "failures", "group", "2026-03-02 x_y S0A", {"group": "S0A", "code": "x_y"}),
    ("paused", "workflow:1:20260302T093000.123456", "failures", "workflow:1", MOMENT, {"at": MOMENT}),
    ("resumed", "workflow:1:20260302T093000.123456", "C1", "workflow:1", MOMENT, {"at": MOMENT}),
]
"""Kind, subject and channel of intents as they were; subject, occasion and what they know beside it as it is now."""


def test_what_intents_and_messages_are_about_is_a_kind_and_the_number_of_a_row(database: Database) -> None:
    """A view that is wanted again is the one that stands, and a note that was made is not made again."""
    intents = [
        {"team_id": 1, "kind": kind, "subject": subject, "channel": channel, "key": f"{kind}:{subject}:{channel}"}
        for kind, subject, channel, *_ in NOTES
    ]
    shown = [{"team_id": 1, "channel": "C1", "waits": True, "ts": subject, "subject": subject} for subject in SHOWN]
    write(database, TEAM, *(("outbox", intent | DONE) for intent in intents), *(("messages", row) for row in shown))
    migration.upgrade(database)
    with database.write() as session:
        found = session.query(OutboxRow).order_by(OutboxRow.id).all()
        assert [(row.kind, str(row.subject), row.channel, row.occasion, row.about) for row in found] == [
            (kind, now, channel, occasion, about) for kind, _, channel, now, occasion, about in NOTES
        ]
        assert {row.channel: row.face for row in found} == FACES
        assert {row.ts: str(row.subject) for row in session.query(Message)} == SHOWN
        review, queue = SubjectKind.REVIEW.of(12), SubjectKind.CHANNEL.unnumbered
        for kind, subject in (("card", review), ("queue", queue)):
            outbox.want_view(
                session, team=1, kind=kind, subject=subject, channel="C1", at=datetime.fromisoformat(MOMENT)
            )
            assert messages.of_subject(session, team=1, channel="C1", subject=subject) is not None
        notices.paused(session, team=1, workflow=1, at=datetime.fromisoformat(MOMENT))
        assert [row.wanted for row in session.query(OutboxRow).order_by(OutboxRow.id)] == [
            1 + (row.kind in ("card", "queue") and row.channel == "C1") for row in found
        ]


FACES = {"C1": "slack", "C2": "slack", "failures": "role", "leads": "role"}
SHOWN = {"review:12": "review:12", "delivery:3": "delivery:3", "queue:C1": "channel", "target:5": "target:5"}
"""Subjects of messages as they were, and as they are."""
ENTRIES = [
    ("run:7", "run:7", {"from": "ready"}),
    ("review:999999999999999999", "review:999999999999999999", {"from": "ready"}),
    ("case:unknown", "case", {"from": "ready"}),
    ("workflow:unknown", "workflow", {"from": "ready"}),
    ("team:1", "team:1", {"from": "ready"}),
    ("model:local/a:b", "model", {"from": "ready", "model": "local/a:b"}),
]


def test_what_entries_of_the_audit_are_about_is_so_too(database: Database) -> None:
    rows = [
        {"team_id": 1, "at": AT, "actor": "a", "action": "b", "subject": subject, "details": '{"from": "ready"}'}
        for subject, *_ in ENTRIES
    ]
    write(database, TEAM, *(("audit", row) for row in rows))
    migration.upgrade(database)
    with database.read() as session:
        found = session.query(AuditRow).order_by(AuditRow.id).all()
        assert [(str(row.subject), row.details) for row in found] == [(now, details) for _, now, details in ENTRIES]
        last = audit.last(session, team=1, subject=SubjectKind.RUN.of(7), action="b")
        assert last is not None
        assert last.id == found[0].id


def test_requests_rate_limits_outages_and_refusals_are_kept_under_their_new_names(
    database: Database,
) -> None:
    counts = dict.fromkeys(
        ("input_tokens", "output_tokens", "thinking_tokens", "cache_read_tokens", "cache_write_tokens"), 1
    )
    asked = {"team_id": 1, "workflow": "triage", "case_id": 1, "number": 1, "model": "m", "prompt_version": "v"}
    asked |= counts | {"input_hash": "h", "reserved": 2 * DOLLAR, "prices": "p", "began_at": AT}
    stopped = {"workflow": "triage", "standing": 1, "standing_cases": [{"case": 1, "in_doubt": True}], "older": 0}
    figures = json.dumps({"missed": 0, "workflows": [stopped]})
    day = {"team_id": 1, "job": "failures", "period": "2026-03-01", "covers_from": "2026-03-01", "made_at": AT}
    refused = {"team_id": 1, "at": AT, "actor": "U1", "subject": "case:1", "case_id": 1}
    write(
        database,
        TEAM,
        WORKFLOW,
        CASE,
        ("attempts", asked | {"id": 7, "outcome": "answered", "cost": DOLLAR, "request_id": "theirs"}),
        ("attempts", asked | {"id": 9, "outcome": "given_again", "cost": 0, "cached_from": 7}),
        ("attempts", asked | {"id": 11, "outcome": "left_alone"}),
        ("overruns", {"team_id": 1, "model": "m", "factor": 1.5, "attempt_id": 7, "at": AT}),
        ("pauses", {"team_id": 1, "method": "chat.postMessage", "channel": "C1", "until": AT}),
        ("outages", {"team_id": 1, "model": "m", "reason": "no answer", "began_at": AT, "standing": True}),
        ("outages", {"team_id": 1, "model": "m", "reason": "no answer", "began_at": AT, "ended_at": AT}),
        ("digests", day | {"figures": figures}),
        ("audit", refused | {"action": "decide.refused", "details": '{"why": "too_late"}'}),
        ("audit", refused | {"action": "read.refused", "details": '{"why": "no_right", "more": "are not kept"}'}),
    )
    migration.upgrade(database)
    with database.write() as session:
        found = [
            (row.id, row.outcome, row.cached_from) for row in session.query(ModelRequest).order_by(ModelRequest.id)
        ]
        assert found == [(7, "answered", None), (9, "given_again", 7), (11, "not_asked", None)]
        (overran,) = overruns.all_of(session, team=1)
        assert (overran.case, overran.cost, overran.reserved) == (1, Decimal(1), Decimal(2))
        until = rate_limits.until(session, team=1, method="chat.postMessage", channel="C1")
        assert until == datetime.fromisoformat(MOMENT)
        assert [row.reason for row in outages.all_open(session, team=1)] == ["no answer"]
        refusals = [refusal_of(row.details) for row in audit.of_case(session, 1, team=1)]
        assert refusals == [
            RefusalView(wanted="decide", why="too_late", last=False),
            RefusalView(wanted="read", why="no_right", last=True),
        ]
        (digest,) = session.query(Digest)
        now = {"workflow": "triage", "still_stopped": 1, "still_stopped_cases": [{"case": 1, "in_doubt": True}]}
        assert digest.figures == {"missed": 0, "workflows": [now | {"older": 0}]}
        added = ModelRequest(**(asked | {"reserved": Decimal(2), "began_at": until, "outcome": "asked"}))
        session.add(added)
        session.flush()
        assert added.id > 0
