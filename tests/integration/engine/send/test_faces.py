"""A message is sent by the face that its channel belongs to, and by no other."""

from datetime import timedelta

import pytest

from store import schema
from store.faces import FAILURES, LEADS, SLACK, Face, face_of
from store.slack import messages, outbox
from store.subjects import SubjectKind
from tests.conftest import MakeWorld
from tests.world import World, sure
from workflows.engine.case import notices
from workflows.engine.send.channel_queue import Channels
from workflows.engine.send.channel_status import channel_status
from workflows.engine.send.outcomes import note_refused, note_sent
from workflows.engine.send.refusals import Refusal, Then

TEAMS = Face(name="teams", roles=(FAILURES,))
HERE = Face(name=SLACK, roles=(LEADS,))
TO = {"C0SUPPORT": HERE, LEADS: HERE, "teams:19:abc@thread.tacv2": TEAMS, FAILURES: TEAMS}


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A Countersign without a case."""
    return make_world(sure())


@pytest.fixture
def wanted(world: World) -> World:
    """A message is due in a channel, and in a role of channels, of each of two faces."""
    with world.database.write() as session:
        for channel in TO:
            outbox.add_note(
                session, team=1, kind="failure", subject=SubjectKind.RUN.of(1), channel=channel, at=world.clock()
            )
    return world


@pytest.mark.parametrize("face", [HERE, TEAMS])
def test_a_face_looks_at_its_own_channels_and_at_the_roles_that_the_settings_give_it(wanted: World, face: Face) -> None:
    channels = Channels(wanted.context, face=face, pace=0)
    assert channels.to_look_at() == {channel for channel, whose in TO.items() if whose == face}
    assert {channel for channel in TO if face.shows(channel)} == channels.to_look_at()


def test_a_sender_that_begins_takes_back_nothing_that_another_face_is_sending(wanted: World) -> None:
    for face in (HERE, TEAMS):
        channels = Channels(wanted.context, face=face, pace=0)
        for channel in channels.to_look_at():
            assert len(channels.take(channel).rows) == 1
    Channels(wanted.context, face=TEAMS, pace=0).prepare()
    states = {row.channel: row.state for row in wanted.rows(schema.OutboxRow) if isinstance(row, schema.OutboxRow)}
    assert states == {channel: "due" if face == TEAMS else "attempting" for channel, face in TO.items()}


def test_a_queue_of_another_face_is_left_alone(world: World) -> None:
    with world.database.write() as session:
        for channel in ("C0SUPPORT", "teams:19:abc"):
            queue = SubjectKind.CHANNEL.unnumbered
            messages.drawn(session, team=1, channel=channel, subject=queue, ts=channel, waits=False)
    channels = Channels(world.context, face=HERE, pace=0)
    channels.prepare()
    assert channels.to_look_at() == {"C0SUPPORT"}


def test_a_channel_without_a_face_is_slack_s() -> None:
    assert [face_of(channel) for channel in ("C0SUPPORT", "#support", "teams:19:a:b", FAILURES)] == [
        SLACK,
        SLACK,
        "teams",
        "role",
    ]


def test_a_channel_that_its_face_refuses_waits_and_is_reported_and_a_message_that_stands_settles_its_row(
    wanted: World,
) -> None:
    """The same for every face: its sender names the consequence of an error, and nobody asks whose error it is."""
    refused, channels = Refusal(then=Then.NO_CHANNEL, code="Forbidden"), Channels(wanted.context, face=TEAMS, pace=0)
    chat = next(channel for channel in TO if TEAMS.shows(channel) and channel != FAILURES)
    note_refused(wanted.context, channels.take(chat), refused, wait=timedelta(seconds=30))
    status = channel_status(wanted.context, chat)
    assert (status.held_up, status.error) == (1, "Forbidden")
    assert not channels.take(chat).intents
    told = [channels.take(FAILURES) for _ in range(2)]
    assert [(intent.kind, dict(intent.about)) for taken in told for intent in taken.intents] == [
        ("failure", {}),
        (notices.NOWHERE, {"channel": chat}),
    ]
    wanted.clock.move(timedelta(seconds=31))
    again = channels.take(chat)
    note_sent(wanted.context, again, shown=again.intents, ts="message 7", waits=False)
    assert channel_status(wanted.context, chat).held_up == 0
