"""A person planted wherever words can stand is in no dump of the database, file, log or message once forgotten.

Each place is shown to hold the person before, so that the proof can fail.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

import pytest
import structlog
from pydantic import BaseModel, JsonValue
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.messages import Message
from handlers.slack.blocks.modals import FOLLOWS, REASON
from handlers.slack.blocks.questions import TEXT as BOX
from handlers.texts.governance import removals
from handlers.texts.governance.reach import IN_SLACK, beside
from store import schema
from store.cases import contents
from store.db.database import Database
from store.db.free_places import compact
from store.model import prompt_versions, requests
from store.schema import Base
from store.subjects import SubjectKind
from tests.slack.stage import ANA, BEN, EVE, MARIA, SUPPORT, Ears, Stage, words
from tests.slack.test_reports import taken_up
from tests.slack.test_spot_checks import answered, begun, sent, tend
from tests.world import World, sure
from workflows import Ask, Autonomy, NotDone, Proposal, Rejection, Review, Run, TryAgain, Workflow, step
from workflows.engine.privacy import plans
from workflows.engine.privacy.reach import reach_of, take_out
from workflows.engine.privacy.subjects import Words, search
from workflows.engine.review.form import drafts
from workflows.model.scripted import ScriptedModel

pytestmark = pytest.mark.slow

NAME, MAIL, IBAN = "Erika Mustermann", "erika.mustermann@example.org", "DE89370400440532013000"
WITH_SPACES = "DE89 3704 0044 0532 0130 00"
HOUR = timedelta(hours=1)


class Letter(BaseModel):
    id: int
    name: str
    mail: str
    iban: str
    text: str


class Answer(BaseModel):
    queue: Literal["claims", "billing"]
    reply: str = ""


def holds(text: str) -> bool:
    """Tell whether any of the three stands in a text: in whatever case, with or without spaces, as a key writes it."""
    plain = unquote(text).casefold()
    close = plain.replace(" ", "").replace("\\u00a0", "")
    return NAME.casefold() in plain or MAIL in plain or IBAN.casefold() in close


@pytest.fixture
def stage(running: Running, ears: Ears, migrated_url: str) -> Iterator[Stage]:
    """A Countersign whose model repeats the person's name; once on SQLite and once on PostgreSQL."""
    running.reset()
    database = Database(migrated_url)
    model = ScriptedModel(sure(0.6, queue="billing", reply=f"Dear {NAME}, we look into {IBAN}."))
    yield Stage(running=running, ears=ears, world=World(database=database, model=model))
    database.close()


def letters(stage: Stage, folder: Path, *, name: str = "letters", alone: bool = False) -> Workflow[Letter, Answer]:
    """Letters whose steps, errors, deliveries, questions and receipts repeat what came in."""
    made = Workflow[Letter, Answer](
        name=name,
        decision="Who answers?",
        owner=MARIA,
        input=Letter,
        output=Answer,
        key=lambda letter: f"letter-{letter.id}-{letter.mail}",
        autonomy=Autonomy.floor(0.5, spot_checks=1) if alone else Autonomy.draft(),
        review=Review(answer_within=2 * HOUR),
        folder=folder,
    )

    @step(tries=2)
    def look_up(mail: str) -> str:
        if stage.desk.look_up_errors:
            raise stage.desk.look_up_errors.pop(0)
        return f"account of {mail}"

    @made.propose
    def propose(letter: Letter, ask: Ask[Answer]) -> Proposal[Answer]:
        return ask(text=letter.text, account=look_up(letter.mail))

    @made.ask_source(idempotent=True)
    def ask(question: str, run: Run[Letter]) -> str:
        return f"mail to {run.input.mail}"

    @made.deliver(idempotent=True)
    def deliver(answer: Answer, run: Run[Letter]) -> str:
        if stage.desk.errors:
            raise stage.desk.errors.pop(0)
        return f"filed for {run.input.name}"

    @made.on_reject(idempotent=True)
    def tell(rejection: Rejection, run: Run[Letter]) -> str:
        return f"told {run.input.name}"

    stage.placed(made, reviewers=(ANA, BEN))
    return made


def letter(id: int, **other: str) -> dict[str, Any]:
    text = f"{NAME} was charged twice. Money to {IBAN}, please."
    return {"id": id, "name": NAME, "mail": MAIL, "iban": IBAN, "text": text} | other


@dataclass(frozen=True, kw_only=True)
class Planted:
    """Cases in which the person stands, and one in which they do not."""

    cases: list[int]
    other: int


def submitted(stage: Stage, workflow: Workflow[Letter, Answer], **values: Any) -> int:
    case = stage.submit(workflow, **values)
    stage.world.clock.move(timedelta(seconds=1))
    return case


def plant(stage: Stage, folder: Path) -> Planted:
    workflow = letters(stage, folder)
    ana, ben = stage.person(ANA), stage.person(BEN)
    # Edited, after a step that failed once with the person in its error; delivered, and reported.
    stage.desk.look_up_errors.append(TryAgain(f"{MAIL} is locked"))
    edited = submitted(stage, workflow, **letter(1))
    stage.opened(ANA, "edit")
    assert ana.submit({"queue.0.0": "=claims", "reply.0.0": f"Dear {NAME}, soon."}).acknowledged
    stage.work()
    ana.command(SUPPORT, "/countersign", f"wrong {edited} {NAME} did not want that")
    taken_up(stage)
    stage.work()
    # Rejected, closed, and reported.
    rejected = submitted(stage, workflow, **letter(2))
    stage.opened(ANA, "reject")
    assert ana.submit({REASON: f"{NAME} wrote to {WITH_SPACES} before", FOLLOWS: "close"}).acknowledged
    stage.work()
    ana.command(SUPPORT, "/countersign", f"wrong {rejected} {NAME} wrote once")
    taken_up(stage, 2)
    stage.work()
    # Refused, and proposed again.
    again = submitted(stage, workflow, **letter(3))
    stage.opened(ANA, "reject")
    assert ana.submit({REASON: f"{NAME} is no customer", FOLLOWS: "propose_again"}).acknowledged
    stage.work()
    # Its delivery failed with the person in the error; its input was put right by hand.
    stage.desk.errors.append(NotDone(f"no account {IBAN} of {NAME}"))
    failed = submitted(stage, workflow, **letter(4))
    assert stage.press(ANA, "approve").acknowledged
    stage.work()
    stage.person(MARIA).command(SUPPORT, "/countersign", f"rerun {failed} corrected")
    stage.view(MARIA)
    corrected: dict[str, JsonValue] = {
        "text.0.0": f"{NAME} was charged once, see {WITH_SPACES}",
        "why!.0.0": f"{NAME} wrote again",
    }
    assert stage.person(MARIA).submit(corrected).outcome == "updated"
    stage.work()
    # Its source was asked, and answered.
    asked = submitted(stage, workflow, **letter(6))
    stage.opened(ANA, "ask_source")
    assert ana.submit({BOX: f"Is {MAIL} right?"}).outcome == "closed"
    stage.work()
    stage.opened(BEN, "answer_for_them")
    assert ben.submit({BOX: f"{NAME} says {WITH_SPACES}"}).outcome == "closed"
    stage.work()
    # It waits; somebody has typed something, and people were reminded of it.
    waiting = submitted(stage, workflow, **letter(7))
    review = stage.world.review(waiting)
    subject = SubjectKind.REVIEW.of(review.id)
    typed = {"reply": f"Dear {NAME}"}
    drafts.keep(stage.world.context, subject, case=waiting, version=review.version, by=BEN, typed=typed)
    stage.world.clock.move(2 * HOUR)
    stage.work()
    # It went alone, and somebody looked at it blind.
    alone = submitted(stage, letters(stage, folder, name="alone", alone=True), **letter(8))
    tend(stage)
    begun(stage)
    answered(stage, queue="claims", reply=f"To {MAIL}: no.")
    sent(stage, grade="minor", note=f"{NAME} got the wrong letter")
    ana.close(all=True)
    tend(stage)
    # Another person's case, whose text names this one in another form; and one that has nothing to do with them.
    text = f"FROM {NAME.upper()}: SEE {WITH_SPACES}"
    other_form = submitted(stage, workflow, **letter(9, name="Ben", mail="ben@example.org", iban="none", text=text))
    nobody = {"name": "Kim", "mail": "kim@example.org", "iban": "none", "text": "Where is my parcel?"}
    stage.world.model._always = sure(0.6, queue="billing", reply="We look into it.")
    # One stops with an error that names the person in words that are not its own, so that its cause has them too.
    stage.desk.look_up_errors.append(NotDone(f"{NAME} is unknown"))
    quoting = submitted(stage, workflow, **letter(11, **nobody))
    other = submitted(stage, workflow, **letter(10, **nobody))
    # A report about no case, answers of a model as they came, a prompt, and examples.
    stage.person(EVE).command(SUPPORT, "/countersign", f"wrong 999 {NAME} is angry")
    taken_up(stage, 3)
    _plant_rows(stage, edited)
    ana.open_home()
    ana.wait_until(lambda: ana.home())
    return Planted(
        cases=[edited, rejected, again, failed, asked, waiting, alone, other_form, quoting],
        other=other,
    )


def _plant_rows(stage: Stage, case: int) -> None:
    context, at = stage.world.context, stage.world.clock()
    with context.database.write() as session:
        said = json.dumps({"told": f"{NAME}, {IBAN}", "said": f"I would say {MAIL}", "why": "no JSON"})
        content = contents.keep(session, team=context.team, case=case, kind="attempt", body=said)
        requests.begin(
            session,
            team=context.team,
            workflow="letters",
            case_id=case,
            run_id=None,
            number=1,
            model="some-model",
            prompt_version="1",
            input_hash="0" * 64,
            cache_key="1" * 64,
            content_id=content,
            outcome="answered",
            input_tokens=1,
            output_tokens=1,
            thinking_tokens=0,
            cache_read_tokens=0,
            cache_write_tokens=0,
            reserved=0,
            prices="1",
            began_at=at,
        )
        prompt_versions.keep(
            session,
            team=context.team,
            workflow="letters",
            version="1" * 64,
            name="letters.md",
            source=f"For example: {NAME} wrote …",
            form="{}",
            at=at,
        )


def in_database(stage: Stage) -> set[str]:
    """The tables, of contents the kinds, in which the person stands."""
    found = set()
    with stage.world.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                told = json.dumps(dict(row), default=str, ensure_ascii=False)
                if holds(told.replace("\\n", " ")):
                    found.add(f"contents.{row['kind']}" if table.name == "contents" else table.name)
    return found


def in_files(url: str) -> set[str]:
    """The database's files in whose bytes the person stands; none for a server, whose files are not ours."""
    file = make_url(url).database
    if not url.startswith("sqlite") or file is None:
        return set()
    beside = [one for one in (Path(file), Path(f"{file}-wal"), Path(f"{file}-journal")) if one.exists()]
    return {one.name for one in beside if holds(one.read_bytes().decode("latin-1"))}


def in_folder(folder: Path) -> set[str]:
    return {one.name for one in folder.rglob("*") if one.is_file() and holds(one.read_text("utf-8"))}


def in_sandbox(stage: Stage, *, but_ephemeral: bool) -> list[str]:
    """The places of all that the sandbox keeps, in whatever object, where the person stands."""
    sandbox, found, seen = stage.running.sandbox, list[str](), set[int]()
    ahead: list[tuple[str, object]] = [("sandbox", sandbox)]
    while ahead:
        where, one = ahead.pop()
        if isinstance(one, str):
            found += [f"{where}: {one[:80]}"] if holds(one) else []
            continue
        if id(one) in seen or (but_ephemeral and isinstance(one, Message) and one.only_for is not None):
            continue
        seen.add(id(one))
        if isinstance(one, Mapping):
            ahead += [(f"{where}[{name}]", part) for name, part in one.items()] + [(where, name) for name in one]
        elif isinstance(one, list | tuple | set | frozenset) or type(one).__name__ == "deque":
            ahead += [(f"{where}[]", part) for part in list(one)]  # type: ignore[call-overload]  # a deque is iterable
        elif type(one).__module__.startswith("bot.sandbox"):
            ahead += [(f"{where}.{name}", part) for name, part in vars(one).items()]
    return found


def forgotten(stage: Stage, planted: Planted) -> list[str]:
    """Forget the person as `countersign forget --subject` does; returns what it names as not reached."""
    context, subject = stage.world.context, Words.of([NAME, MAIL, IBAN])
    found = search(context, subject)
    assert list(found.cases) == sorted(planted.cases)
    planned = plans.plan(context, found.cases, words=subject, found=found)
    made = plans.carry_out(context, found.cases, by="cli:kim", words=subject, found=found)
    assert [one.bar for one in made] == [None] * len(planted.cases)
    reach = reach_of(context, found.cases, words=subject)
    take_out(context, reach, by="cli:kim")
    assert plans.clear_free_places(context)
    stage.work()
    return [*removals.unreached(planned.unreached), IN_SLACK, *beside(reach)]


def test_a_planted_person_is_nowhere_once_forgotten(stage: Stage, migrated_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    examples = folder / "examples.jsonl"
    rows = [{"input": letter(90, name="Kim", mail="k@example.org", iban="", text="hi"), "output": {"queue": "claims"}}]
    rows.append({"input": letter(91), "output": {"queue": "billing"}})
    examples.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    with structlog.testing.capture_logs() as logged:
        planted = plant(stage, folder)
        before = in_database(stage)
        kinds = ("input", "proposal", "output", "reason", "question", "answer", "answers", "refused", "draft")
        assert before >= {f"contents.{kind}" for kind in (*kinds, "receipt", "problem", "attempt")}
        assert before >= {"cases", "deliveries", "steps", "reports", "causes", "prompt_versions"}
        assert in_files(migrated_url) or not migrated_url.startswith("sqlite")
        shown = in_sandbox(stage, but_ephemeral=True)
        assert {place for place in ("history", "homes") if any(f".{place}." in one for one in shown)} == {
            "history",
            "homes",
        }
        assert any(channel.startswith("D") for channel in stage.running.sandbox.history._messages)
        assert in_folder(folder) == {"examples.jsonl"}

        named = forgotten(stage, planted)

        # What is left by design is named.
        said = "\n".join(named)
        assert f"{examples}, row 2: take it out of the file." in said
        assert "versions of prompts (edit the file; the kept versions stay): 1." in said
        assert "Backups of the database hold it" in said
        assert "The system that it was delivered to" in said
        assert "a Home tab until it is opened again" in said
        assert "answers that only one person saw" in said
        assert "windows that are still open" in said
        assert in_database(stage) == {"prompt_versions"}
        assert in_folder(folder) == {"examples.jsonl"}
        with stage.world.database.write() as session:
            session.query(schema.PromptVersion).delete()
        compact(stage.world.database, ["prompt_versions"])
        assert in_files(migrated_url) == set()
        for user in (ANA, BEN, MARIA):
            while stage.person(user).views():
                stage.person(user).close(all=True)
        stage.person(ANA).open_home()
        stage.person(ANA).wait_until(lambda: not holds(str(stage.person(ANA).home())))
        assert in_sandbox(stage, but_ephemeral=True) == []
        # What has nothing to do with the person stands as it was.
        assert stage.world.case(planted.other).newest.input["text"] == "Where is my parcel?"
        assert "Where is my parcel?" in words(stage.cards()[-1].blocks)
        assert stage.world.review(planted.other).has_proposal
    told = [entry for entry in logged if entry["log_level"] != "debug" and holds(json.dumps(entry, default=str))]
    assert told == []
