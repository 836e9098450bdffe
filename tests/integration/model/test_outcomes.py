"""Outcomes of the Anthropic API's answers, row by row of the table in `anthropic_verdicts`."""

import json
from decimal import Decimal

import anthropic
import pytest
from pydantic import JsonValue

from tests.integration.model.questions import Connect, Sleep, filled_in, question
from tests.integration.model.server import AnthropicServer, Reply, failure, message
from tests.ports import free_port
from workflows.model.gateway import LONGEST_RETRY_AFTER, Gateway
from workflows.model.port import (
    Alternative,
    Answer,
    ModelUnavailable,
    NoAnswer,
    Usage,
)
from workflows.model.prices import Unpriced
from workflows.model.vendors.anthropic.prices import price
from workflows.model.vendors.anthropic.settings import DEFAULT_MODEL
from workflows.model.vendors.bounded_replies import LONGEST_REPLY


def test_an_answer_behind_a_block_of_thinking_is_read_whole(server: AnthropicServer, model: Gateway) -> None:
    usage = {
        "input_tokens": 120,
        "output_tokens": 45,
        "cache_read_input_tokens": 2_000,
        "cache_creation_input_tokens": 700,
        "output_tokens_details": {"thinking_tokens": 30},
    }
    server.will(message(filled_in(), thinking='{"answer": {"queue": "billing"}}', usage=usage))
    tokens = Usage(
        input_tokens=120, output_tokens=45, thinking_tokens=30, cache_read_tokens=2_000, cache_write_tokens=700
    )
    assert model.answer(question()) == Answer(
        model="claude-haiku-5-5-20260901",
        prompt_version="0123456789ab",
        values={"queue": "delivery", "reply": "We look for it."},
        confidence={"queue": 0.93, "reply": 0.8},
        alternatives={"queue": (Alternative(value="returns", probability=0.06),)},
        evidence={"queue": "my parcel"},
        reasons=("It asks where a parcel is.",),
        usage=tokens,
        cost=price(DEFAULT_MODEL, tokens),
    )


def test_values_that_do_not_fit_the_output_are_asked_for_again_with_what_was_wrong(
    server: AnthropicServer, model: Gateway
) -> None:
    server.will(message(filled_in(queue="the moon", reply=3)), message(filled_in()))
    assert model.answer(question()).values == {"queue": "delivery", "reply": "We look for it."}
    first, again = (request.body["messages"][0]["content"] for request in server.requests)
    assert again.startswith(first)
    problem = json.loads(again.partition("<problem>")[2].partition("</problem>")[0])
    assert "queue: has to be delivery, billing or returns" in problem
    assert "reply: has to be text" in problem


def test_text_blocks_make_one_answer_and_blocks_of_other_types_are_left_aside(
    server: AnthropicServer, model: Gateway
) -> None:
    text = filled_in()
    parts = [("text", text[:40]), ("of_a_later_version", "{}"), ("text", text[40:])]
    server.will(message("", content=[{"type": kind, "text": part} for kind, part in parts]))
    assert model.answer(question()).problem is None


def test_an_overloaded_provider_is_asked_again_and_no_more_often_than_needed(
    server: AnthropicServer, model: Gateway, sleep: Sleep
) -> None:
    server.will(failure(529), message(filled_in()))
    assert model.answer(question()).values is not None
    assert len(server.requests) == 2
    assert len(sleep.seconds) == 1


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_a_transient_status_is_tried_four_times_in_all_and_then_told(
    server: AnthropicServer, model: Gateway, status: int
) -> None:
    """The SDK's own retries would make it twelve."""
    server.will(*[failure(status)] * 12)
    with pytest.raises(ModelUnavailable, match=rf"HTTP {status}.*Tried 4 times"):
        model.answer(question())
    assert len(server.requests) == 4


def test_pauses_grow_and_are_jittered(server: AnthropicServer, model: Gateway, sleep: Sleep) -> None:
    server.will(*[failure(529)] * 4)
    with pytest.raises(ModelUnavailable):
        model.answer(question())
    for seconds, least in zip(sleep.seconds, (1, 2, 4), strict=True):
        assert least <= seconds <= least + 1
    assert len({seconds % 1 for seconds in sleep.seconds}) == 3


@pytest.mark.parametrize(
    ("headers", "at_least", "at_most"),
    [
        ({"retry-after": "7"}, 7, 7),
        ({"retry-after": "7.5"}, 7.5, 7.5),
        ({"retry-after": "3600"}, LONGEST_RETRY_AFTER, LONGEST_RETRY_AFTER),
        ({"retry-after": "inf"}, 1, 2),
        (
            {"retry-after": "Mon, 02 Nov 2026 10:00:09 GMT", "date": "Mon, 02 Nov 2026 10:00:00 GMT"},
            9,
            9,
        ),
        ({"retry-after": "0"}, 1, 2),
        ({"retry-after": "-5"}, 1, 2),
        ({"retry-after": "nan"}, 1, 2),
        ({"retry-after": "soon"}, 1, 2),
    ],
)
def test_retry_after_is_honoured_up_to_the_cap_and_never_shortens_the_pause(
    server: AnthropicServer,
    model: Gateway,
    sleep: Sleep,
    headers: dict[str, str],
    at_least: float,
    at_most: float,
) -> None:
    server.will(failure(429, kind="rate_limit_error", headers=headers), message(filled_in()))
    assert model.answer(question()).values is not None
    assert len(server.requests) == 2
    (seconds,) = sleep.seconds
    assert at_least <= seconds <= at_most


def test_a_ramp_limit_is_a_rate_limit_that_passes(server: AnthropicServer, model: Gateway) -> None:
    server.will(failure(429, code="ramp_limit_exceeded", headers={"retry-after": "2"}), message(filled_in()))
    assert model.answer(question()).values is not None


def test_a_dropped_connection_is_tried_again(server: AnthropicServer, model: Gateway) -> None:
    server.will(Reply(body=message(filled_in()).body, drops=True), message(filled_in()))
    assert model.answer(question()).values is not None
    assert len(server.requests) == 2


def test_a_provider_that_is_not_there_is_told_in_words(connect: Connect, sleep: Sleep) -> None:
    free = free_port()
    with pytest.raises(ModelUnavailable, match=r"connection to the model failed \(ConnectError\)\. Tried 4 times"):
        connect(base_url=f"http://127.0.0.1:{free}").answer(question())
    assert len(sleep.seconds) == 3


def test_a_stalled_call_is_given_up_after_the_timeout(server: AnthropicServer, connect: Connect) -> None:
    """Twice, and not four times: each is paid for, and takes as long as a whole answer."""
    server.will(*[Reply(stalls=True)] * 3)
    answer = connect(timeout=0.5).answer(question())
    assert "did not answer in time. Tried 2 times" in (answer.problem or "")
    assert answer.no_answer is NoAnswer.UNAVAILABLE
    assert len(server.requests) == 2


def test_a_reply_that_drips_for_ever_is_given_up(server: AnthropicServer, connect: Connect) -> None:
    """Each byte in time, and an end after a quarter of an hour: the client's own time-out never runs out."""
    server.will(*[Reply(body=b" " * 100_000, drips=0.01)] * 4)
    answer = connect(timeout=0.05).answer(question())
    assert "did not answer in time" in (answer.problem or "")


def test_a_reply_without_end_is_not_read_to_its_end(server: AnthropicServer, model: Gateway) -> None:
    server.will(*[Reply(body=b" " * (LONGEST_REPLY + 1))] * 4)
    assert "connection to the model failed (ReadError)" in (model.answer(question()).problem or "")


@pytest.mark.parametrize(
    ("status", "words", "no_answer"),
    [
        (400, "does not know this model", NoAnswer.RETIRED),
        (401, "does not accept this API key or its organisation", NoAnswer.ACCOUNT),
        (402, "no money left, or a spend limit is reached", NoAnswer.ACCOUNT),
        (403, "does not accept this API key or its organisation", NoAnswer.ACCOUNT),
        (404, "does not know this model", NoAnswer.RETIRED),
        (413, "too long for the model", NoAnswer.TRUNCATED),
        (422, "does not know this model", NoAnswer.RETIRED),
    ],
)
def test_a_request_that_cannot_succeed_is_made_once_and_told_in_words(
    server: AnthropicServer, model: Gateway, sleep: Sleep, status: int, words: str, no_answer: NoAnswer
) -> None:
    server.will(*[failure(status, words="model: claude-old.\n\x1b[31mIt is retired." + "x" * 900)] * 2)
    with pytest.raises(ModelUnavailable, match=words) as told:
        model.answer(question())
    assert len(server.requests) == 1
    assert sleep.seconds == []
    assert f"(HTTP {status}): model: claude-old. [31mIt is retired." in str(told.value)
    assert len(str(told.value)) < 350
    assert told.value.no_answer is no_answer


@pytest.mark.parametrize("code", ["enforced_spend_limit_reached", "contract_spend_limit_reached"])
def test_a_spend_limit_is_never_tried_again_although_it_is_a_429(
    server: AnthropicServer, model: Gateway, sleep: Sleep, code: str
) -> None:
    server.will(*[failure(429, kind="rate_limit_error", code=code, headers={"retry-after": "1"})] * 2)
    with pytest.raises(ModelUnavailable, match="spend limit"):
        model.answer(question())
    assert len(server.requests) == 1
    assert sleep.seconds == []


GARBAGE = {
    "no JSON": message("I would say delivery."),
    "JSON cut off": message(filled_in()[:60]),
    "a fence around no JSON": message("```json\n{'answer': }\n```"),
    "another envelope": message('{"queue": "delivery", "reply": "We look for it."}'),
    "NaN": message('{"answer": {"queue": "delivery"}, "confidence": {"queue": NaN}}'),
    "no text": message("", content=[]),
    "no content": message("", content=None),
    "content that is no list": message("", content="delivery"),
    "blocks that are none": message("", content=["a", 5, None, {"type": "text"}, {"type": "text", "text": 4}]),
    "no stop reason": message(filled_in(), stop_reason=None),
    "no usage": message(filled_in(), usage=None),
    "half a usage": message(filled_in(), usage={"input_tokens": 5}),
    "a negative usage": message(filled_in(), usage={"input_tokens": 5, "output_tokens": -1}),
    "a web page": Reply(body=b"<html>It works!</html>", headers={"content-type": "text/html"}),
    "a body cut off": Reply(body=b'{"id": "msg'),
    "an empty body": Reply(),
    "a body that is no UTF-8": Reply(body=b'{"id": "\xff\xfe"}'),
    "a body without end": Reply(body=b"[" * 100_000),
    "a number that is too long": Reply(body=b'{"id": ' + b"1" * 5_000 + b"}"),
    "an empty object": Reply(body=b"{}"),
    "a list": Reply(body=b"[]"),
    "null": Reply(body=b"null"),
}


@pytest.mark.parametrize(
    "body",
    [
        b'{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}',
        b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}\n\n',
    ],
)
def test_an_overload_with_the_status_of_a_success_passes_like_any_other(
    server: AnthropicServer, model: Gateway, sleep: Sleep, body: bytes
) -> None:
    kind = "text/event-stream" if body.startswith(b"event") else "application/json"
    server.will(*[Reply(body=body, headers={"content-type": kind})] * 3, message(filled_in()))
    assert model.answer(question()).values is not None
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("kind", "no_answer"),
    [
        ("authentication_error", NoAnswer.ACCOUNT),
        ("billing_error", NoAnswer.ACCOUNT),
        ("not_found_error", NoAnswer.RETIRED),
        ("request_too_large", NoAnswer.TRUNCATED),
    ],
)
def test_an_error_with_the_status_of_a_success_is_what_its_type_says(
    server: AnthropicServer, model: Gateway, kind: str, no_answer: NoAnswer
) -> None:
    server.will(Reply(body=json.dumps({"type": "error", "error": {"type": kind, "message": "no"}}).encode()))
    with pytest.raises(ModelUnavailable) as told:
        model.answer(question())
    assert told.value.no_answer is no_answer
    assert len(server.requests) == 1


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_twice_and_then_an_answer_is_an_answer(server: AnthropicServer, model: Gateway, garbage: Reply) -> None:
    server.will(garbage, garbage, message(filled_in()))
    answer = model.answer(question())
    assert (answer.values, answer.problem) == ({"queue": "delivery", "reply": "We look for it."}, None)
    assert len(server.requests) == 3


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_to_the_end_is_an_answer_without_values_that_says_so(
    server: AnthropicServer, model: Gateway, garbage: Reply
) -> None:
    server.will(*[garbage] * 4)
    answer = model.answer(question())
    assert answer.values is None
    assert answer.problem is not None
    assert answer.problem.endswith("Tried 3 times.")
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("garbage", "raw"),
    [
        (message("I would say delivery."), "I would say delivery."),
        (message("halves \ud83d and \x00"), "halves ? and \ufffd"),
        (Reply(body=b"<html>It works!</html>", headers={"content-type": "text/html"}), "<html>It works!</html>"),
        (Reply(body=b'{"id": "msg'), '{"id": "msg'),
    ],
)
def test_what_could_not_be_read_is_kept_as_far_as_a_database_can(
    server: AnthropicServer, model: Gateway, garbage: Reply, raw: str
) -> None:
    server.will(*[garbage] * 3)
    assert model.answer(question()).raw == raw


def test_of_endless_garbage_only_the_beginning_is_kept(server: AnthropicServer, model: Gateway) -> None:
    server.will(*[message("x" * 50_000)] * 3)
    assert len(model.answer(question()).raw or "") == 20_000


def test_json_in_a_fence_is_an_answer(server: AnthropicServer, model: Gateway) -> None:
    server.will(message(f"```json\n{filled_in()}\n```"))
    assert model.answer(question()).values is not None


@pytest.mark.parametrize(
    ("details", "problem"),
    [
        (None, "The model declined to answer."),
        ({"type": "refusal", "category": "bio", "explanation": None}, "The model declined to answer: bio."),
        (
            {"type": "refusal", "category": "bio", "explanation": "It is about\npoison."},
            "The model declined to answer: It is about poison.",
        ),
        ("odd", "The model declined to answer."),
    ],
)
def test_a_refusal_goes_to_a_person_with_its_reason_and_is_not_repeated(
    server: AnthropicServer, model: Gateway, details: JsonValue, problem: str
) -> None:
    server.will(message("", content=[], stop_reason="refusal", stop_details=details))
    answer = model.answer(question())
    assert (answer.values, answer.problem, answer.raw) == (None, problem, None)
    assert answer.cost > 0
    assert len(server.requests) == 1


def test_an_answer_that_was_cut_off_is_asked_for_with_twice_the_tokens(server: AnthropicServer, model: Gateway) -> None:
    """Not even where what there is happens to be readable: the rest of it is unknown."""
    server.will(message(filled_in(), stop_reason="max_tokens"), message(filled_in()))
    assert model.answer(question(max_tokens=1_000)).values is not None
    assert [request.body["max_tokens"] for request in server.requests] == [1_000, 2_000]


def test_an_answer_that_is_cut_off_time_and_again_goes_to_a_person(
    server: AnthropicServer, model: Gateway, sleep: Sleep
) -> None:
    server.will(*[message(filled_in(), stop_reason="max_tokens")] * 4)
    answer = model.answer(question(max_tokens=1_000))
    assert (answer.values, answer.no_answer, answer.raw) == (None, NoAnswer.TRUNCATED, filled_in())
    assert "cut off at max_tokens" in (answer.problem or "")
    assert [request.body["max_tokens"] for request in server.requests] == [1_000, 2_000, 4_000]
    assert sleep.seconds == [0, 0]


def test_a_case_that_is_too_long_is_not_asked_again(server: AnthropicServer, model: Gateway) -> None:
    server.will(message(filled_in(), stop_reason="model_context_window_exceeded"))
    answer = model.answer(question())
    assert (answer.values, answer.no_answer) == (None, NoAnswer.TRUNCATED)
    assert len(server.requests) == 1


def test_cost_and_usage_add_up_over_all_attempts_that_were_answered(
    server: AnthropicServer, connect: Connect, sleep: Sleep
) -> None:
    server.will(
        message("garbage", usage={"input_tokens": 1_000, "output_tokens": 10, "cache_creation_input_tokens": 500}),
        failure(529),
        message("", content=[], usage={"input_tokens": 3_000, "output_tokens": 30}),
        message(filled_in(), usage={"input_tokens": 7_000, "output_tokens": 70, "cache_read_input_tokens": 500}),
    )
    answer = connect(model="claude-sonnet-5-5").answer(question())
    assert answer.values is not None
    assert answer.usage == Usage(input_tokens=11_000, output_tokens=110, cache_read_tokens=500, cache_write_tokens=500)
    assert answer.cost == Decimal("0.02515")  # 11,000 at $2, 110 at $10, 500 written at $4, 500 read at $0.10
    assert len(sleep.seconds) == 3


def test_attempts_are_priced_one_by_one_because_long_prompts_are_dearer(
    server: AnthropicServer, model: Gateway
) -> None:
    usage = {"input_tokens": 60_000, "output_tokens": 0}
    server.will(message("garbage", usage=usage), message(filled_in(), usage=usage))
    assert model.answer(question()).cost == 2 * price(DEFAULT_MODEL, Usage(input_tokens=60_000))


@pytest.mark.parametrize(
    "end", [[failure(529)] * 4, [failure(401)], [failure(429, code="enforced_spend_limit_reached")]]
)
def test_what_was_paid_for_before_an_outage_is_not_lost(
    server: AnthropicServer, model: Gateway, end: list[Reply]
) -> None:
    server.will(message("garbage"), *end)
    answer = model.answer(question())
    assert (answer.values, answer.raw) == (None, "garbage")
    assert answer.cost == price(DEFAULT_MODEL, Usage(input_tokens=100, output_tokens=10))


def test_transient_failures_and_garbage_have_a_bound_together(server: AnthropicServer, model: Gateway) -> None:
    server.will(*[failure(529), message("garbage"), failure(529), message("garbage")], *[failure(529)] * 9)
    assert model.answer(question()).values is None
    assert len(server.requests) == 6


def test_a_model_without_a_price_is_refused_before_anything_is_asked(server: AnthropicServer, connect: Connect) -> None:
    with pytest.raises(Unpriced, match="claude-mythos-preview"):
        connect(model="claude-mythos-preview").answer(question())
    assert server.requests == ()


def test_the_default_model_is_known_to_the_sdk_and_has_a_price() -> None:
    assert repr(DEFAULT_MODEL) in str(anthropic.types.Model)
    assert price(DEFAULT_MODEL, Usage(input_tokens=1)) > 0
