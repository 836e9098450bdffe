"""Keys of sources: shown once, kept as a hash, accepted until revoked, expired or ended, and told apart by nobody."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from store import schema
from store.db.database import Database
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows, sample
from workflows.engine.context import Context
from workflows.engine.errors import NotAccepted, Refused, Unknown
from workflows.engine.sources.programs import api_sources, keys
from workflows.engine.sources.programs.keys import Caller, Made
from workflows.engine.sources.views import KeyState

ANA = "cli:ana"
DAY = timedelta(days=1)


def keyed(make_world: MakeWorld, **settings: Any) -> tuple[Scene, Made]:
    """A world with one source and a key of it."""
    scene = sample(make_world)
    api_sources.add(scene.world.context, "desk", by=ANA, **({"workflows": ["sample"]} | settings))
    return scene, keys.make(scene.world.context, "desk", by=ANA)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return str(refused.value)


def test_a_key_says_whose_it_is_and_what_it_may_do(make_world: MakeWorld) -> None:
    scene, made = keyed(make_world, may_propose=True, per_minute=5, most_bytes=2048)
    caller = keys.caller_of(scene.world.context, made.key)
    assert caller == Caller(
        source=1,
        key=1,
        name="desk",
        workflows=frozenset({"sample"}),
        may_propose=True,
        per_minute=5,
        most_bytes=2048,
    )
    assert (caller.may("sample"), caller.may("other"), caller.actor) == (True, False, "source:desk")


def test_a_source_may_be_for_every_workflow_or_for_none(make_world: MakeWorld) -> None:
    scene, made = keyed(make_world, workflows=None)
    context = scene.world.context
    assert keys.caller_of(context, made.key).may("a workflow that is added later")
    api_sources.change(context, "desk", by=ANA, workflows=[])
    assert not keys.caller_of(context, made.key).may("sample")


def test_every_key_that_is_not_accepted_gets_the_same_answer(make_world: MakeWorld) -> None:
    """Unknown, empty, endless, revoked, expired, of an ended source: nobody learns which it is."""
    scene, revoked = keyed(make_world)
    context = scene.world.context
    expired = keys.make(context, "desk", days=1, by=ANA)
    ended = keys.make(context, "desk", by=ANA)
    keys.revoke(context, revoked.prefix, by=ANA)
    scene.world.clock.move(DAY)
    assert keys.caller_of(context, ended.key).name == "desk"
    api_sources.end(context, "desk", by=ANA)
    tried = ["", "csk_", "x" * 1_000_000, "\udcff\0", revoked.key, expired.key, ended.key, ended.key + "x"]
    said = set()
    for key in tried:
        with pytest.raises(NotAccepted) as refused:
            keys.caller_of(context, key)
        said.add(str(refused.value))
    assert said == {"this key is not accepted; ask an operator for another one"}


def test_a_revoked_key_stops_at_once_on_every_connection(make_world: MakeWorld) -> None:
    scene, made = keyed(make_world)
    other = Database(scene.world.database.engine.url.render_as_string(hide_password=False))
    elsewhere = Context(
        database=other, registry=scene.world.registry, clock=scene.world.clock, team=scene.world.context.team
    )
    assert keys.caller_of(elsewhere, made.key).name == "desk"
    keys.revoke(scene.world.context, made.prefix, by=ANA)
    with pytest.raises(NotAccepted):
        keys.caller_of(elsewhere, made.key)
    other.close()


def test_a_use_is_noted_once_in_some_minutes(make_world: MakeWorld) -> None:
    scene, made = keyed(make_world)
    context, clock, used = scene.world.context, scene.world.clock, []
    for _ in range(4):
        keys.caller_of(context, made.key)
        used.append(keys.listed(context)[0].used_at)
        clock.move(timedelta(minutes=2))
    first = used[0]
    assert first is not None
    assert used == [first, first, first, first + timedelta(minutes=6)]


def test_a_list_tells_the_state_of_each_key_and_none_of_them(make_world: MakeWorld) -> None:
    scene, first = keyed(make_world)
    context = scene.world.context
    second, third = keys.make(context, "desk", days=1, by=ANA), keys.make(context, "desk", days=2, by=ANA)
    keys.revoke(context, first.prefix, by="cli:ben")
    scene.world.clock.move(DAY)
    found = keys.listed(context)
    assert [(one.prefix, one.state) for one in found] == [
        (third.prefix, KeyState.USABLE),
        (second.prefix, KeyState.EXPIRED),
        (first.prefix, KeyState.REVOKED),
    ]
    assert (found[2].made_by, found[2].revoked_by) == (ANA, "cli:ben")
    (source,) = api_sources.listed(context)
    assert source.usable_keys == 1


def test_what_cannot_be_is_refused_in_words(make_world: MakeWorld) -> None:
    scene, made = keyed(make_world)
    context = scene.world.context

    def add(name: str = "new", **settings: Any) -> Callable[[], object]:
        return lambda: api_sources.add(context, name, by=ANA, **({"workflows": None} | settings))

    assert refusal(add("desk")) == "there is a source desk already; choose another name"
    for name in ("", "Desk", "a b", "-a", "a" * 51, "ä", "a\n"):
        assert refusal(add(name)).startswith("the name of a source has 1 to 50 lower-case letters and digits")
    assert refusal(add(workflows=["sampel"])) == "there is no workflow 'sampel'; known: sample"
    assert refusal(add(per_minute=0)) == "per minute: has to be at least 1"
    assert refusal(add(most_bytes=2**40)) == "most bytes: has to be at most 33554432"
    web = {
        "ftp://a.b": "has to begin with https://",
        "nowhere": "has to be a web address such as https://example.com/hook",
        "https://ana:pw@a.b/": "may hold no user and no password; what is sent there is signed",
        "https://a.b/#c": "may have no part after #",
        f"https://a.b/{'c' * 1_000}": "has to have at most 1000 characters",
    }
    assert {address: refusal(add(webhook=address)) for address in web} == {
        address: f"webhook: {why}" for address, why in web.items()
    }
    assert (
        refusal(add(webhook="http://a.b/")) == "a webhook has to begin with https://; plain HTTP needs --allow-private"
    )
    assert refusal(lambda: keys.make(context, "desk", days=0, by=ANA)) == "a key expires after 1 to 3,650 days, not 0"
    assert refusal(lambda: keys.revoke(context, "csk_", by=ANA)).startswith("there is no key that begins like this")
    keys.revoke(context, made.key, by=ANA)
    assert refusal(lambda: keys.revoke(context, made.prefix, by=ANA)) == (
        f"the key {made.prefix} was revoked on 2026-11-20 already"
    )
    assert refusal(lambda: api_sources.change(context, "desk", by=ANA, per_minute=600)) == (
        "the source desk is so already; nothing was changed"
    )
    with pytest.raises(Unknown, match="there is no source nobody"):
        keys.make(context, "nobody", by=ANA)
    api_sources.end(context, "desk", by=ANA)
    for call in (
        lambda: api_sources.end(context, "desk", by=ANA),
        lambda: api_sources.change(context, "desk", by=ANA, per_minute=1),
        lambda: keys.make(context, "desk", by=ANA),
    ):
        assert refusal(call) == "the source desk ended on 2026-11-20"
    assert refusal(add("desk")) == "there is a source desk already that ended on 2026-11-20; choose another name"


def test_each_act_is_in_the_audit(make_world: MakeWorld) -> None:
    """The host of a webhook is named, and no more of it: its path may be a secret."""
    scene, made = keyed(make_world)
    context = scene.world.context
    api_sources.change(context, "desk", by="cli:ben", may_propose=True, webhook="https://hooks.example/S3CRET?t=S3CRET")
    keys.revoke(context, made.prefix, by="cli:cy")
    api_sources.end(context, "desk", by="cli:di")
    acts = [(row.actor, row.action, str(row.subject)) for row in rows(scene.world, schema.AuditRow)]
    assert acts == [
        (ANA, "source.added", "source:1"),
        (ANA, "source_key.made", "source:1"),
        ("cli:ben", "source.changed", "source:1"),
        ("cli:cy", "source_key.revoked", "source:1"),
        ("cli:di", "source.ended", "source:1"),
    ]
    changed = rows(scene.world, schema.AuditRow)[2].details
    assert changed == {
        "source": "desk",
        "may_propose": "true",
        "may_propose_before": "false",
        "webhook": "hooks.example",
        "webhook_before": None,
    }


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Everything that is logged in the block, by ours and by libraries at their most talkative."""
    said: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(f"{record.getMessage()} {record.__dict__}")

    ear, root = Ear(level=1), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(1)
    with structlog.testing.capture_logs() as logged:
        yield said
        said += [str(event) for event in logged]
    root.removeHandler(ear)
    root.setLevel(level)


def test_a_key_is_in_no_row_no_log_and_no_error(make_world: MakeWorld) -> None:
    with overheard() as said:
        scene, made = keyed(make_world)
        context = scene.world.context
        keys.caller_of(context, made.key)
        told = [repr(made), repr(keys.caller_of(context, made.key)), repr(keys.revoke(context, made.key, by=ANA))]
        for call in (
            lambda: keys.caller_of(context, made.key),
            lambda: keys.revoke(context, made.key, by=ANA),
            lambda: keys.revoke(context, made.key[:5] + "other", by=ANA),
        ):
            try:
                call()
            except Refused as error:
                told.append(f"{error} {error!r} {error.args}")
        told += [repr(one) for one in keys.listed(context)] + [repr(one) for one in api_sources.listed(context)]
    secret = made.key[len(made.prefix) :]
    assert len(secret) > 30
    assert said, "something was logged"
    with scene.world.database.read() as session:
        kept = [
            str(tuple(row)) for table in schema.Base.metadata.sorted_tables for row in session.execute(select(table))
        ]
    assert any(made.prefix in row for row in kept), "the dump is searched where keys are"
    for where, texts in {"rows": kept, "logs": said, "errors and read models": told}.items():
        assert not [text for text in texts if secret in text or made.key in text], where
