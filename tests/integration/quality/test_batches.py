"""A volume test in batches, with the real client before a server that speaks like Anthropic's."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from handlers.slack.blocks.parts.paragraphs import told as shown
from handlers.texts.learning.volume_tests import told
from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from store.model import spending
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows, sample
from tests.integration.model.batches import CANCELED, EXPIRED, Line, Params, errored, succeeded
from tests.integration.model.server import AnthropicServer, Reply, failure
from tests.sample import Ticket, Triage
from workflows import Ask, Proposal
from workflows.engine.case.files.columns import reading_for
from workflows.engine.errors import Refused
from workflows.engine.propose.models import Models
from workflows.model.choice import ModelSettings
from workflows.model.port import Prompt, Usage
from workflows.model.vendors.anthropic.prices import price
from workflows.model.vendors.anthropic.settings import AnthropicSettings
from workflows.quality.volume.history import read_history
from workflows.quality.volume.reports import report
from workflows.quality.volume.trying import Interrupted, PackSize, Trying

pytestmark = pytest.mark.slow

MODEL = "claude-haiku-5-5"
EACH = price(MODEL, Usage(input_tokens=100, output_tokens=10)) / 2
"""US dollars of one answer in a batch."""


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture(scope="module")
def running() -> Iterator[AnthropicServer]:
    with AnthropicServer() as server:
        yield server


@pytest.fixture
def server(running: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> AnthropicServer:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running.forget()
    running.batches.answer = lambda params: succeeded(filled(text_of(params)))
    return running


@pytest.fixture
def scene(make_world: MakeWorld, server: AnthropicServer) -> Scene:
    scene = sample(make_world)
    prompt = Prompt(name="triage.md", text="Sort the ticket.", version="0123456789ab", model=MODEL)
    scene.world.registry._prompts[scene.workflow.name] = prompt
    server.batches.now = scene.world.clock
    return scene


def text_of(params: Params) -> str:
    return str(params["messages"][0]["content"])


def filled(text: str, **answer: str) -> str:
    reply = re.sub(r".*ticket number (\d+).*", r"about \1", text, flags=re.DOTALL)
    return json.dumps(
        {
            "evidence": [],
            "reasons": [],
            "answer": answer or {"queue": "billing", "reply": reply},
            "confidence": {"queue": 0.95, "reply": 0.95},
        }
    )


def models_of(scene: Scene, server: AnthropicServer, **settings: Any) -> Models:
    vendor = AnthropicSettings(api_key=SecretStr("sk-ant-api03-not-a-real-key"), base_url=server.url)
    said = {"wanted": "anthropic", "vendors": {"anthropic": vendor}, **settings}
    world = scene.world
    return Models(ModelSettings(**said), database=world.database, team=world.context.team, clock=world.clock)


def trying(scene: Scene, server: AnthropicServer, **settings: Any) -> Trying:
    """A process of its own. Its waits are noted, and not made."""
    return Trying(
        context=scene.world.context,
        models=models_of(scene, server),
        workflow=scene.workflow,
        threads=2,
        pack=PackSize(random=100, most_low=100),
        **{"dollars": Decimal(5), "pause": scene.world.waits.append, **settings},
    )


def begun(scene: Scene, server: AnthropicServer, folder: Path, number: int) -> int:
    file = folder / "history.csv"
    file.write_text("id,text\n" + "".join(f"{one},ticket number {one}\n" for one in range(1, number + 1)))
    history = read_history(scene.workflow, file, reading_for(scene.workflow))
    return trying(scene, server).begin(history, file, size=number, seed=1, by="U0MARIA", in_batches=True)


def cases(scene: Scene) -> list[schema.VolumeCase]:
    return sorted(rows(scene.world, schema.VolumeCase), key=lambda one: one.place)


def spent(scene: Scene) -> Decimal:
    with scene.world.database.read() as session:
        return spending.taken(session, team=scene.world.context.team, budget="eval:1", period="")


def replies(scene: Scene) -> list[str]:
    return [json.loads(one.body or "{}")["output"]["reply"] for one in cases(scene)]


def test_all_is_asked_once_at_half_the_price_and_nobody_claims_to_know_how_long_it_takes(
    scene: Scene, server: AnthropicServer, tmp_path: Path
) -> None:
    test = begun(scene, server, tmp_path, 5)
    server.batches.ends_after = 3
    server.batches.looks.append(failure(500))
    assert trying(scene, server).run(test) is None
    assert [len(batch.questions) for batch in server.batches.sent] == [5]
    assert server.requests == (), "no question is asked live"
    assert replies(scene) == [f"about {one}" for one in range(1, 6)], "results come in no order, and are told apart"
    assert [one.cost for one in cases(scene)] == [EACH] * 5
    assert spent(scene) == EACH * 5
    asked = rows(scene.world, schema.ModelRequest)
    assert {one.cost for one in asked} == {EACH}
    assert {one.prices.partition(" ")[2] for one in asked} == {"x 0.5"}
    assert scene.world.waits == sorted(scene.world.waits), "the pause between two looks grows"
    assert set(json.loads(cases(scene)[0].body or "{}")) == {"input", "known", "output"}, "replies are kept no longer"
    assert sorted(scene.desk.looked_up) == [1, 2, 3, 4, 5], "a step is recalled in the second round"
    made = report(scene.world.context, test, promise=0.05, by="U0MARIA", per_day=1000)
    assert made.milliseconds_each is None
    said = str(shown(told(made)))
    assert "how long a live case takes is not known" in said
    assert " ms" not in said
    assert made.dollars_each_live == pytest.approx(float(EACH) * 2)


def test_a_workflow_may_ask_one_question_after_another(scene: Scene, server: AnthropicServer, tmp_path: Path) -> None:
    """Each round goes as far as the replies reach, also where the same is asked twice."""

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        first = ask(text=ticket.text)
        again = ask(text=ticket.text)
        return ask(text=f"{ticket.text} {first.output.queue} {again.output.queue}")

    test = begun(scene, server, tmp_path, 2)
    assert trying(scene, server).run(test) is None
    assert [len(batch.questions) for batch in server.batches.sent] == [2, 2, 2]
    assert "billing billing" in text_of(server.batches.asked[-1])
    assert [one.cost for one in cases(scene)] == [EACH * 3] * 2


FAILURES: Mapping[str, tuple[Callable[[], Line | None], str, str]] = {
    "errored": (errored, "untried", "errored"),
    "expired": (lambda: EXPIRED, "untried", "expired"),
    "missing": (lambda: None, "untried", "missing"),
    "garbage": (lambda: succeeded("no JSON"), "no_proposal", "garbage"),
    "refused": (lambda: succeeded("", stop_reason="refusal"), "no_proposal", "refused"),
    "truncated": (lambda: succeeded("{", stop_reason="max_tokens"), "no_proposal", "truncated"),
    "invalid": (lambda: errored("invalid_request_error", "odd"), "untried", "errored"),
}
TIMES = {"garbage": 3, "truncated": 3, "refused": 1, "invalid": 1}


def test_each_failure_is_asked_again_as_its_outcome_says_and_is_then_one_with_a_code(
    scene: Scene, server: AnthropicServer, tmp_path: Path
) -> None:
    kinds = list(FAILURES)

    def answer(params: Params) -> Line | None:
        number = int(re.findall(r"ticket number (\d+)", text_of(params))[0])
        return succeeded(filled(text_of(params))) if number > len(kinds) else FAILURES[kinds[number - 1]][0]()

    server.batches.answer = answer
    test = begun(scene, server, tmp_path, len(kinds) + 1)
    assert trying(scene, server).run(test) is None
    found = {one.place: (one.outcome, one.code) for one in cases(scene)}
    assert found == {
        **{place: FAILURES[kind][1:] for place, kind in enumerate(kinds, start=1)},
        len(kinds) + 1: ("proposed", None),
    }
    for place, kind in enumerate(kinds, start=1):
        asked = [params for params in server.batches.asked if f"ticket number {place}" in text_of(params)]
        assert len(asked) == TIMES.get(kind, 2), kind
    truncated = [one for one in server.batches.asked if f"ticket number {1 + kinds.index('truncated')}" in text_of(one)]
    assert [one["max_tokens"] for one in truncated] == [4096, 8192, 16384]
    by_place = {one.place: one.cost for one in cases(scene)}
    assert by_place[1] == by_place[2] == 0, "what errored or expired costs nothing"
    assert by_place[3] > EACH, "of what is missing nobody knows what it cost"
    assert spent(scene) == sum(by_place.values())
    assert trying(scene, server).run(test) is None, "a test that is finished stays so"


def test_results_that_break_off_repeat_or_are_of_somebody_else_count_once(
    scene: Scene, server: AnthropicServer, tmp_path: Path
) -> None:
    test = begun(scene, server, tmp_path, 4)
    server.batches.cut, server.batches.repeated = 2, True
    assert trying(scene, server).run(test) is None
    assert replies(scene) == [f"about {one}" for one in range(1, 5)]
    assert len(server.batches.sent) == 1
    assert spent(scene) == EACH * 4


def test_results_that_always_break_off_are_told_and_kept_for_later(
    scene: Scene, server: AnthropicServer, tmp_path: Path
) -> None:
    test = begun(scene, server, tmp_path, 4)
    server.batches.cut = 100
    assert "broke off" in (trying(scene, server).run(test) or "")
    server.batches.cut = 0
    assert trying(scene, server).run(test) is None
    assert (len(server.batches.sent), spent(scene)) == (1, EACH * 4)


@pytest.mark.parametrize(
    "at", [("send", Side.BEFORE), ("send", Side.AFTER), ("keep", Side.BEFORE), ("keep", Side.AFTER)]
)
def test_a_process_that_dies_at_a_seam_pays_nothing_twice(
    scene: Scene, server: AnthropicServer, tmp_path: Path, at: tuple[str, Side]
) -> None:
    test = begun(scene, server, tmp_path, 3)

    def dies(seam: Failpoint, side: Side, about: str) -> None:
        if seam is Failpoint.BATCH and (about, side) == at:
            raise Killed

    with failpoints.watched(dies), pytest.raises(Killed):
        trying(scene, server).run(test)
    assert spent(scene) > 0, "what may have been sent is reserved"
    server.batches.end_all()
    why = trying(scene, server).run(test)
    if at == ("send", Side.BEFORE):
        # The vendor has no such batch. That a listing lacks it is no proof, so a person says it.
        assert why is not None
        assert "may have been taken" in why
        assert server.batches.sent == []
        before = spent(scene)
        assert trying(scene, server, send_again=True).run(test) is None
        assert spent(scene) == before + EACH * 3, "its reservation stays"
    else:
        assert why is None
    assert len(server.batches.asked) == 3
    assert replies(scene) == [f"about {one}" for one in range(1, 4)]


def test_whoever_gives_up_a_lost_batch_gives_up_none_that_is_sent_afterwards(
    scene: Scene, server: AnthropicServer, tmp_path: Path
) -> None:
    test = begun(scene, server, tmp_path, 2)
    server.batches.creations.extend([failure(500), failure(502)])
    assert "may have been taken" in (trying(scene, server).run(test) or "")
    assert "may have been taken" in (trying(scene, server, send_again=True).run(test) or "")
    assert trying(scene, server, send_again=True).run(test) is None
    assert len(server.batches.asked) == 2
    reserved = sum(one.reserved for one in rows(scene.world, schema.ModelBatch)[:2])
    assert spent(scene) == reserved + EACH * 2, "each may have cost what it reserved"


def test_a_batch_whose_name_never_arrived_is_found_by_the_names_of_its_questions(
    scene: Scene, server: AnthropicServer, tmp_path: Path
) -> None:
    """Another batch of the same size is left alone."""
    server.batches._make({"requests": [{"custom_id": f"other-{one}", "params": {}} for one in range(3)]})
    test = begun(scene, server, tmp_path, 3)
    server.batches.drops_names = 1
    server.batches.answer = lambda params: succeeded(filled(text_of(params))) if params else errored()

    def wait(seconds: float) -> None:
        server.batches.end_all()

    assert trying(scene, server, pause=wait).run(test) is None
    assert [len(one.questions) for one in server.batches.sent] == [3, 3]
    assert replies(scene) == ["about 1", "about 2", "about 3"]


def test_a_batch_goes_on_at_the_vendor_after_ctrl_c_and_its_answers_are_collected_later(
    scene: Scene, server: AnthropicServer, tmp_path: Path
) -> None:
    test = begun(scene, server, tmp_path, 3)
    server.batches.ends_after = 100

    def stopped(seconds: float) -> None:
        raise KeyboardInterrupt

    first = trying(scene, server, pause=stopped)
    with pytest.raises(Interrupted):
        first.run(test)
    assert first.under_way(test) == ["msgbatch_01"]
    server.batches.end_all()
    assert trying(scene, server).run(test) is None
    assert (len(server.batches.sent), first.under_way(test)) == (1, [])


def test_what_was_canceled_is_asked_again_only_when_the_test_goes_on(
    scene: Scene, server: AnthropicServer, tmp_path: Path
) -> None:
    test = begun(scene, server, tmp_path, 2)
    server.batches.answer = lambda _: CANCELED
    assert trying(scene, server).run(test) == "questions of batch msgbatch_01 that were cancelled: 2"
    assert spent(scene) == 0
    server.batches.answer = lambda params: succeeded(filled(text_of(params)))
    assert trying(scene, server).run(test) is None
    assert spent(scene) == EACH * 2


def test_the_money_holds_and_what_it_is_not_enough_for_waits(
    scene: Scene, server: AnthropicServer, tmp_path: Path
) -> None:
    """A question reserves more than it costs: so with the money for two at once, all four are asked in two rounds."""
    test = begun(scene, server, tmp_path, 4)
    assert "--max-dollars" in (trying(scene, server, dollars=Decimal("0.000001")).run(test) or "")
    assert server.batches.sent == []
    assert spent(scene) == 0
    assert trying(scene, server, dollars=Decimal(5)).run(test) is None
    reserved = max(one.reserved for one in rows(scene.world, schema.ModelRequest))
    second = begun(scene, server, tmp_path, 4)
    server.batches.sent.clear()
    assert trying(scene, server, dollars=(reserved + EACH) * 2).run(second) is None
    assert [len(one.questions) for one in server.batches.sent] == [2, 2]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (failure(401, kind="authentication_error", words="invalid key"), "does not accept this API key"),
        (failure(404, kind="not_found_error", words="no route"), "does not take batches"),
        (failure(400, kind="invalid_request_error", words="Your credit balance is too low"), "no money left"),
    ],
)
def test_a_batch_that_is_not_taken_costs_nothing_and_says_why(
    scene: Scene, server: AnthropicServer, tmp_path: Path, reply: Reply, said: str
) -> None:
    test = begun(scene, server, tmp_path, 2)
    server.batches.creations.append(reply)
    assert said in (trying(scene, server).run(test) or "")
    assert spent(scene) == 0
    server.batches.creations.extend([failure(429, kind="rate_limit_error"), failure(529, kind="overloaded_error")])
    assert trying(scene, server).run(test) is None, "what passes is waited for"
    assert len(server.batches.asked) == 2


def test_a_batch_that_the_vendor_no_longer_knows_is_not_asked_again_by_itself(
    scene: Scene, server: AnthropicServer, tmp_path: Path
) -> None:
    test = begun(scene, server, tmp_path, 2)

    def lost(seconds: float) -> None:
        server.batches.sent.clear()

    server.batches.ends_after = 100
    assert "--send-again" in (trying(scene, server, pause=lost).run(test) or "")
    server.batches.ends_after = 1
    assert server.batches.sent == []
    assert trying(scene, server, send_again=True).run(test) is None
    assert len(server.batches.asked) == 2


def test_two_processes_cannot_ask_the_same(scene: Scene, server: AnthropicServer, tmp_path: Path) -> None:
    test = begun(scene, server, tmp_path, 2)
    server.batches.ends_after = 100

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    def meanwhile(said: str) -> None:
        if "inputs to try" in said:
            with pytest.raises(Interrupted):
                trying(scene, server, pause=interrupted).run(test)

    with pytest.raises(Refused, match="another process goes on"):
        trying(scene, server, tell=meanwhile).run(test)
    assert len(server.batches.asked) == 2


def test_what_takes_no_batches_is_refused_before_anything_is_kept(
    scene: Scene, server: AnthropicServer, tmp_path: Path
) -> None:
    file = tmp_path / "history.csv"
    file.write_text("id,text\n1,ticket number 1\n")
    history = read_history(scene.workflow, file, reading_for(scene.workflow))
    local = trying(
        scene,
        server,
    )
    local.models = models_of(scene, server, wanted="local")
    with pytest.raises(Refused, match="asks no paid model"):
        local.begin(history, file, size=1, seed=1, by="U0MARIA", in_batches=True)
    prompt = Prompt(name="triage.md", text="Sort.", version="0123456789ac", model="nobody-knows-it")
    scene.world.registry._prompts[scene.workflow.name] = prompt
    with pytest.raises(Refused, match="no price is known"):
        trying(scene, server).begin(history, file, size=1, seed=1, by="U0MARIA", in_batches=True)
    assert rows(scene.world, schema.VolumeTest) == []


def test_removed_inputs_keep_no_reply(scene: Scene, server: AnthropicServer, tmp_path: Path) -> None:
    from workflows.engine.privacy.volume_tests import forget

    test = begun(scene, server, tmp_path, 2)
    server.batches.ends_after = 100

    def stopped(seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        trying(scene, server, pause=stopped).run(test)
    forget(scene.world.context, test, by="U0MARIA")
    server.batches.end_all()
    with pytest.raises(Refused, match="are removed"):
        trying(scene, server).run(test)
    assert [one.body for one in cases(scene)] == [None, None]
