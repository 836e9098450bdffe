"""A charter says in plain words what a workflow may do and when it goes alone."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.blocks.parts.transcript import transcript
from handlers.slack.specimens.forms import DATA_MAP
from handlers.texts.governance.charter import autonomy_in_brief, charter
from store.states import Level
from tests.unit.handlers.cases import NOW
from workflows.engine.declare.charter import How, Missing
from workflows.engine.declare.versions import Undeployed
from workflows.engine.pauses import Pause
from workflows.engine.read.declared.charter_views import (
    CharterView,
    PromiseView,
    SecondPerson,
    Signature,
    TermsView,
    UsedVersion,
    VersionSignature,
)
from workflows.engine.read.declared.data_map_views import SystemMap

VIEW = CharterView(
    handed_proposals="review",
    workflow="triage",
    decision="Which queue?",
    owner="U0MARIA",
    backup="U0JONAS",
    is_sample=False,
    may=["choose a queue"],
    does=[],
    nevers=["promise money"],
    no_nevers=None,
    goes_alone=True,
    on_expiry="hold",
    at_least=0.85,
    promise=None,
    second_opinion=None,
    spot_checks=0.005,
    is_scoped=False,
    pause=None,
    per_case=Decimal("0.015"),
    per_day=Decimal(1_500),
    zone="Europe/Berlin",
    reviewers=["S0SUPPORT"],
    answer_within=timedelta(hours=2),
    seconds=[],
    grace=timedelta(0),
    self_approval=True,
    can_ask=False,
    escalate_to=[],
    told=[],
    data=DATA_MAP,
    terms=None,
    missing=[],
)
PAUSE = Pause(workflow="triage", at=NOW, by="U0KIM", by_itself=False, reason="prices", holds_deliveries=False)


def said(**other: object) -> str:
    return transcript(told(charter(replace(VIEW, **other))).blocks)  # type: ignore[arg-type]  # a test names some


def test_when_it_goes_alone_is_said_in_words() -> None:
    assert "Where it is at least 85% sure of each field. Otherwise a person decides." in said()
    assert "Never: a person decides every case." in said(at_least=None)
    assert "Not now: it is paused, so a person decides every case." in said(pause=PAUSE)
    assert "Of what went alone, a reviewer looks at 0.5%, without seeing the answer." in said()
    assert "Nobody looks at what went alone." in said(spot_checks=0)
    briefly = [autonomy_in_brief(replace(VIEW, **more)) for more in ({}, {"at_least": None}, {"pause": PAUSE})]
    assert briefly == ["goes alone from 85% sure", "a person decides every case", "paused"]


PROMISE = PromiseView(
    wrong=0.05, sure=0.9, begin="draft", veto=None, by_itself=False, level=Level.GUARDED, floor=0.91, held=None
)


def test_a_charter_says_what_is_earned_and_how_far_it_is() -> None:
    text = said(at_least=None, promise=PROMISE)
    assert "at most 5% is wrong, at every moment with 90% certainty. Otherwise a person decides." in text
    assert "Now: from 91% sure, sure cases go alone, and people look at some of them afterwards." in text
    assert "More goes alone only where somebody who answers for it allows it. It goes down by itself, at once." in text
    draft = replace(PROMISE, level=Level.DRAFT, floor=None)
    assert "Now: people see what is proposed and decide." in said(at_least=None, promise=draft)
    held = replace(PROMISE, floor=None, held="behind")
    assert "Nothing goes alone for now: spot checks are behind." in said(at_least=None, promise=held)
    none = said(at_least=None, promise=replace(PROMISE, level=None, floor=None))
    assert "Now: nothing is live that could earn it, so a person decides every case." in none
    paused = said(at_least=None, promise=PROMISE, pause=PAUSE)
    assert "Not now: it is paused" in paused
    assert "Now:" not in paused
    briefly = [autonomy_in_brief(replace(VIEW, at_least=None, promise=one)) for one in (PROMISE, draft)]
    assert briefly == [
        "goes alone from 91% sure, as it has earned",
        "a person decides every case: its autonomy is not earned yet",
    ]


def test_an_author_who_wrote_no_words_is_given_plain_ones() -> None:
    text = said(may=[], does=["retrieve", "route"], nevers=[], reviewers=[])
    assert "Look things up" in text
    assert "Hand a case to a queue or to people" in text
    assert "It has no rule of this kind." in text
    assert "Nobody in a channel yet" in text


def test_money_and_second_persons_are_said_as_people_say_them() -> None:
    first = SecondPerson(sentence="more than 5,000 euros", always=False, by=["U0KIM"])
    text = said(seconds=[first, SecondPerson(sentence="", always=True, by=[])], grace=timedelta(minutes=10))
    assert "At most $0.015 a case and $1,500.00 a day of Europe/Berlin." in text
    assert "above its limit: more than 5,000 euros." in text
    assert "Third person: another reviewer." in text
    assert "can undo it for 10 minutes" in text


TERMS = TermsView(version="9bc1ab02de34f560", id=7, number=3, since=NOW, is_newest=True, signature=None)
SIGNED = Signature(by="U0MARIA", at=NOW, how=How.OWNER)


def test_what_keeps_it_from_going_alone_is_said_first() -> None:
    text = said(terms=TERMS, missing=[Missing.BACKUP, Missing.TOLD, Missing.NEVERS])
    assert "Not complete: somebody who stands in for the owner, who is told and what it never does are missing." in text
    assert "To have it signed, ask its author to add that to its declaration." in text
    assert "Not signed. Nothing goes alone until its owner signs." in text
    assert "Not now: its charter is not complete, so a person decides every case." in text
    assert "Not signed. Nothing goes alone anyway." in said(terms=TERMS, goes_alone=False, at_least=None)
    signed = said(terms=replace(TERMS, signature=SIGNED))
    assert "Not signed" not in signed
    assert "They are signed by @U0MARIA" in signed


def test_a_sample_says_that_no_person_signed_it() -> None:
    text = said(is_sample=True, terms=replace(TERMS, signature=replace(SIGNED, by="countersign", how=How.SAMPLE)))
    assert "A sample, signed by no person: it is a shipped example." in text
    assert "They are signed as a sample, by no person." in text


def test_a_sample_that_has_not_begun_waits_for_no_signature() -> None:
    new = replace(TERMS, id=None, number=None, since=None)
    text = said(is_sample=True, terms=new)
    assert "A sample: its first case signs it as a sample; no person does." in text
    assert "Not signed" not in text
    assert "Not now" not in text
    # A person signed other terms of it before.
    assert "Not signed" in said(is_sample=True, terms=replace(new, is_newest=False))


def test_a_step_is_said_in_one_clear_sentence() -> None:
    systems = [SystemMap(step="send", system=None, does=["route"])]
    text = said(data=replace(VIEW.data, systems=systems))
    assert "The step send (route): its code can hand over anything to a system that its author does not name." in text


def test_only_the_newest_terms_may_be_signed_and_only_where_nothing_is_missing() -> None:
    def may_be_signed(**other: object) -> bool:
        return replace(VIEW, **other).may_be_signed  # type: ignore[arg-type]  # a test names some

    assert may_be_signed(terms=TERMS)
    assert may_be_signed(terms=replace(TERMS, signature=replace(SIGNED, how=How.SAMPLE)))
    assert not may_be_signed(terms=replace(TERMS, signature=SIGNED))
    assert not may_be_signed(terms=replace(TERMS, is_newest=False))
    assert not may_be_signed(terms=TERMS, missing=[Missing.TOLD])
    assert not may_be_signed(terms=None)


VERSION = UsedVersion(
    uses_files=False,
    always_files=False,
    number=3,
    name="0a1b2c3d4e5f",
    models=["anthropic/one", "anthropic/two"],
    prompt_version="9bc1ab02de34",
    recall=0,
    since=NOW,
    signatures=[VersionSignature(by="U0MARIA", at=NOW)],
    undeployed=None,
    beside=None,
)


def test_what_proposes_is_named_with_who_let_it() -> None:
    text = said(version=VERSION)
    assert "Version 3 (0a1b2c3d4e5f): anthropic/one or anthropic/two, prompt 9bc1ab02de34, live since" in text
    assert "Signed by @U0MARIA" in text
    text = said(version=replace(VERSION, signatures=[], undeployed=Undeployed.CODE, beside=4))
    assert "Nobody signed it: it was in use before there were deployments." in text
    assert "so a person decides every case: its code has changed since it was deployed." in text
    assert "Version 4 is tried beside it." in text
    nothing = replace(VERSION, number=None, since=None, undeployed=Undeployed.NOTHING)
    assert "Nothing: no version of it is deployed, so people get an empty form." in said(version=nothing)


def test_files_are_named_as_files() -> None:
    files = replace(VERSION, uses_files=True, name=None, since=None, signatures=[], number=None, models=["local"])
    text = said(version=files)
    assert "The files of this process: the local model, prompt 9bc1ab02de34." in text
    assert "They are used until a version is deployed." in text
    text = said(version=replace(files, always_files=True, number=3))
    assert "COUNTERSIGN_PROMPTS=files has them used, for development. Version 3, which is live, is not." in text
