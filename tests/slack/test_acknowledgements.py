"""An acknowledgement goes out as soon as there is one, and waits for no other thread and no answer of Slack."""

import threading
from typing import Any

import pytest

from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from tests.slack.stage import ANA, SUPPORT, Stage, buttons
from tests.waiting import LONGEST


def test_the_thread_that_decides_acknowledges(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    client = stage.ears.hearing._socket.client
    sending, decided, acknowledged = client.send_socket_mode_response, list[int](), list[int]()

    def watch(seam: Failpoint, side: Side, _about: str) -> None:
        if (seam, side) == (Failpoint.ACK, Side.BEFORE):
            decided.append(threading.get_ident())

    def send(response: Any) -> None:  # as the SDK has it
        acknowledged.append(threading.get_ident())
        sending(response)

    monkeypatch.setattr(client, "send_socket_mode_response", send)
    with failpoints.watched(watch):
        assert stage.press(ANA, "approve").acknowledged
    assert decided == acknowledged
    assert len(decided) == 1


def test_a_click_is_acknowledged_while_slack_does_not_answer_what_comes_after_it(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.running.administrator.delete_message(SUPPORT, stage.cards()[0].ts)
    person = stage.person(ANA)
    person.command(SUPPORT, "/countersign", "review ticket-1")
    assert buttons(stage.view(ANA)) == ["approve", "edit", "reject", "details", "assign", "report_wrong"]
    listeners = stage.ears.listeners
    assert listeners is not None
    # The modal in which a review is decided is drawn anew afterwards.
    stage.running.administrator.fault("slow", method="views.update", times=None, seconds=LONGEST)
    try:
        assert person.press_in_view("approve").acknowledged
        assert not listeners.is_idle
    finally:
        stage.running.administrator.no_faults()
    listeners.wait()
