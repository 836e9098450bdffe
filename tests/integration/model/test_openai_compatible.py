"""Outcomes of the answers of servers that speak OpenAI's API, row by row, behind the real gateway."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

import pytest
from pydantic import SecretStr

from tests.integration.model.books import Books
from tests.integration.model.openai_server import KEY, MODEL, OpenAIServer, completion, failed, tool_call
from tests.integration.model.questions import Connect, Sleep, filled_in, question
from tests.integration.model.replies import Reply
from tests.integration.model.server import Received
from tests.ports import free_port
from workflows.documents.document import FileKind
from workflows.model.asking.attachments import File
from workflows.model.asking.requests import Request
from workflows.model.gateway import LONGEST_RETRY_AFTER, Gateway
from workflows.model.port import ModelUnavailable, NoAnswer, Usage
from workflows.model.prices import OwnPrice, Prices, Unpriced
from workflows.model.vendors.bounded_replies import LONGEST_REPLY
from workflows.model.vendors.openai_compatible.chat import body_of
from workflows.model.vendors.openai_compatible.client import OpenAICompatibleVendor

pytestmark = pytest.mark.slow

ANSWER = {"queue": "delivery", "reply": "We look for it."}
KEYED = SecretStr(KEY)
PRICED = Prices(own={MODEL: OwnPrice(read=Decimal(1), written=Decimal(4))})


@pytest.fixture(scope="module")
def open_server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def server(open_server: OpenAIServer) -> OpenAIServer:
    open_server.forget()
    return open_server


@pytest.fixture
def connect(server: OpenAIServer, books: Books, sleep: Sleep) -> Iterator[Connect]:
    """Makes a gateway before the server. `url`, `key`, `form`, `temperature`, `timeout`: of the vendor."""
    made: list[Gateway] = []

    def connect(**settings: Any) -> Gateway:
        gateway = {name: settings.pop(name) for name in ("prices", "states_form") if name in settings}
        vendor = OpenAICompatibleVendor(**{"url": f"{server.url}/v1", "key": KEYED, **settings})
        made.append(books.gateway(vendor, sleep=sleep, default_model=MODEL, **{"prices": PRICED, **gateway}))
        return made[-1]

    yield connect
    for model in made:
        model.close()


@pytest.fixture
def model(connect: Connect) -> Gateway:
    return connect()


def test_an_answer_is_read_with_its_tokens_and_its_price(server: OpenAIServer, model: Gateway) -> None:
    usage = {
        "prompt_tokens": 1_000,
        "completion_tokens": 45,
        "prompt_tokens_details": {"cached_tokens": 300},
        "completion_tokens_details": {"reasoning_tokens": 30},
    }
    server.will(completion(filled_in(), usage=usage))
    answer = model.answer(question())
    assert (answer.values, answer.model, answer.confidence["queue"]) == (ANSWER, "qwen3-8b", 0.93)
    assert answer.usage == Usage(input_tokens=700, cache_read_tokens=300, output_tokens=45, thinking_tokens=30)
    assert answer.cost == Decimal("0.00118")


def test_it_is_asked_for_a_strict_schema_with_the_key_in_the_header_alone(server: OpenAIServer, model: Gateway) -> None:
    server.will(completion(filled_in()))
    model.answer(question(effort="low"))
    (asked,) = server.requests
    assert (asked.path, asked.headers["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert KEY not in json.dumps(asked.body)
    assert asked.body.keys() == {"model", "messages", "max_tokens", "stream", "response_format", "reasoning_effort"}
    assert [turn["role"] for turn in asked.body["messages"]] == ["system", "user"]
    held = asked.body["response_format"]["json_schema"]
    assert held["strict"] is True
    answer = held["schema"]["properties"]["answer"]
    assert (answer["required"], answer["additionalProperties"]) == (["queue", "reply"], False)


def test_a_picture_goes_before_the_case_under_its_number() -> None:
    shown = File(document=1, page=2, kind=FileKind.PNG, data="iVBORw0KGgo=")
    request = Request(model=MODEL, system="Sort.", user="{}", form={}, max_tokens=10, files=(shown,))
    _, turn = cast("list[Any]", body_of(request, form="tool", temperature=None)["messages"])
    assert turn["content"] == [
        {"type": "text", "text": "document 1, page 2:"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
        {"type": "text", "text": "{}"},
    ]


def test_a_server_without_response_format_is_given_a_tool_to_call(server: OpenAIServer, connect: Connect) -> None:
    server.will(tool_call(filled_in()))
    assert connect(form="tool", temperature=0).answer(question()).values == ANSWER
    (asked,) = server.requests
    assert asked.body["tool_choice"] == {"type": "function", "function": {"name": "answer"}}
    assert asked.body["tools"][0]["function"]["parameters"]["required"][-1] == "confidence"
    assert "response_format" not in asked.body
    assert asked.body["temperature"] == 0


def test_a_form_in_the_prompt_is_found_among_other_words(server: OpenAIServer, connect: Connect) -> None:
    server.will(completion(f"<think>Hm.</think>Here:\n```json\n{filled_in()}\n```"))
    assert connect(states_form=True, key=None).answer(question()).values == ANSWER
    (asked,) = server.requests
    assert "JSON schema:" in asked.body["messages"][0]["content"]
    assert not {"response_format", "tools"} & asked.body.keys()
    assert "authorization" not in asked.headers


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
def test_a_transient_status_is_tried_four_times_in_all(server: OpenAIServer, model: Gateway, status: int) -> None:
    server.will(*[failed(status, "Loading model", type="unavailable_error")] * 8)
    with pytest.raises(ModelUnavailable, match=rf"HTTP {status}.*Tried 4 times"):
        model.answer(question())
    assert len(server.requests) == 4


def test_retry_after_is_honoured_up_to_the_cap(server: OpenAIServer, model: Gateway, sleep: Sleep) -> None:
    after = [failed(429, headers={"retry-after": seconds}) for seconds in ("7", "3600")]
    server.will(*after, completion(filled_in()))
    assert model.answer(question()).values == ANSWER
    assert sleep.seconds == [7, LONGEST_RETRY_AFTER]


def test_a_server_that_is_not_there_or_stalls_is_told_in_words(server: OpenAIServer, connect: Connect) -> None:
    with pytest.raises(ModelUnavailable, match=r"connection to the model failed \(ConnectError\)\. Tried 4 times"):
        connect(url=f"http://127.0.0.1:{free_port()}/v1").answer(question())
    server.will(*[Reply(stalls=True)] * 3)
    answer = connect(timeout=0.3).answer(question())
    assert "did not answer in time. Tried 2 times" in (answer.problem or "")
    assert answer.no_answer is NoAnswer.UNAVAILABLE


def test_a_reply_without_end_in_time_or_size_is_given_up(server: OpenAIServer, connect: Connect) -> None:
    server.will(*[Reply(body=b" " * 100_000, drips=0.01)] * 4)
    assert "did not answer in time" in (connect(timeout=0.05).answer(question()).problem or "")
    server.forget()
    server.will(*[Reply(body=b" " * (LONGEST_REPLY + 1))] * 4)
    assert "(ReadError)" in (connect().answer(question()).problem or "")
    server.forget()
    server.will(Reply(body=completion(filled_in()).body, drops=True), completion(filled_in()))
    assert connect().answer(question()).values == ANSWER


ONCE: dict[str, tuple[Reply, str, NoAnswer]] = {
    "the key": (failed(401, "Unauthorized"), "does not accept this API key", NoAnswer.ACCOUNT),
    "the bill": (
        failed(429, "You exceeded your current quota.", type="insufficient_quota", code="insufficient_quota"),
        "no money left",
        NoAnswer.ACCOUNT,
    ),
    "vLLM without the model": (
        failed(404, "The model `qwen3` does not exist.", type="NotFoundError", code=404),
        "does not know this model",
        NoAnswer.RETIRED,
    ),
    "Ollama without the model": (
        failed(404, 'model "qwen3" not found, try pulling it first', type="api_error"),
        "does not know this model",
        NoAnswer.RETIRED,
    ),
    "vLLM's context": (
        failed(
            400, "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.", code=400
        ),
        "too long for the model",
        NoAnswer.TRUNCATED,
    ),
    "llama.cpp's context": (
        failed(
            400,
            "request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it",
            type="exceed_context_size_error",
            code=400,
        ),
        "too long for the model",
        NoAnswer.TRUNCATED,
    ),
    "llama-cpp-python's context": (
        failed(400, "Requested tokens (2285) exceed context window of 2048", code="context_length_exceeded"),
        "too long for the model",
        NoAnswer.TRUNCATED,
    ),
    "no pictures at llama.cpp": (
        failed(500, "image input is not supported - hint: you may need to provide the mmproj", code=500),
        "does not take a document",
        NoAnswer.DOCUMENTS,
    ),
    "no pictures at vLLM": (
        failed(400, "At most 0 image(s) may be provided in one prompt.", type="BadRequestError", code=400),
        "does not take a document",
        NoAnswer.DOCUMENTS,
    ),
    "the form": (
        failed(400, "'response_format.type' must be one of text or json_object, but got: json_schema"),
        "COUNTERSIGN_OPENAI_COMPATIBLE_FORM=tool or COUNTERSIGN_MODEL_STATES_FORM=true",
        NoAnswer.UNFIT,
    ),
    "the form, as an error of the server": (
        failed(500, 'response_format type must be one of "text" or "json_object", but got: json_schema'),
        "does not accept the form of the answer",
        NoAnswer.UNFIT,
    ),
    "a redirect": (
        Reply(status=307, headers={"location": "http://127.0.0.1:9/elsewhere"}),
        "redirects to another address",
        NoAnswer.UNAVAILABLE,
    ),
    "an odd request": (
        Reply(status=422, body=b'{"detail": [{"msg": "odd"}]}'),
        "calls the request invalid",
        NoAnswer.UNAVAILABLE,
    ),
    "an error with the status of a success": (
        Reply(body=b'{"error": {"message": "model \\"qwen3\\" not found", "code": 404}}'),
        "does not know this model",
        NoAnswer.RETIRED,
    ),
}


@pytest.mark.parametrize(("reply", "words", "no_answer"), ONCE.values(), ids=ONCE.keys())
def test_what_cannot_succeed_is_asked_once_and_told_in_words(
    server: OpenAIServer, model: Gateway, reply: Reply, words: str, no_answer: NoAnswer
) -> None:
    server.will(*[reply] * 2)
    with pytest.raises(ModelUnavailable, match=words) as told:
        model.answer(question())
    assert len(server.requests) == 1
    assert told.value.no_answer is no_answer


GARBAGE = {
    "no JSON": completion("I would say delivery."),
    "another envelope": completion('{"queue": "delivery"}'),
    "NaN as confidence": completion('{"answer": {"queue": "delivery"}, "confidence": {"queue": NaN}}'),
    "a value that does not fit": completion(filled_in(queue="the moon", reply="a")),
    "another tool": tool_call(filled_in(), name="search"),
    "arguments that are no text": tool_call({"answer": {}}),
    "no text": completion(None),
    "content that is no text": completion(filled_in(), content=5),
    "no end": completion(filled_in(), finish_reason=None),
    "an odd end": completion(filled_in(), finish_reason=["stop"]),
    "no usage": completion(filled_in(), usage=None),
    "a usage that is NaN": completion(filled_in(), usage={"prompt_tokens": float("nan"), "completion_tokens": 1}),
    "a negative usage": completion(filled_in(), usage={"prompt_tokens": 5, "completion_tokens": -1}),
    "a web page": Reply(body=b"<html>It works!</html>", headers={"content-type": "text/html"}),
    "a body cut off": Reply(body=b'{"id": "chat'),
    "an empty body": Reply(),
    "no UTF-8": Reply(body=b'{"id": "\xff\xfe"}'),
    "a body without end": Reply(body=b"[" * 100_000),
    "no choices": Reply(body=b'{"choices": []}'),
    "choices that are none": Reply(body=b'{"choices": [5], "usage": []}'),
    "a list": Reply(body=b"[]"),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_asked_again_twice_and_then_a_person_is(
    server: OpenAIServer, model: Gateway, garbage: Reply
) -> None:
    server.will(*[garbage] * 3)
    answer = model.answer(question())
    assert (answer.values, answer.no_answer) == (None, NoAnswer.GARBAGE)
    assert len(server.requests) == 3


@pytest.mark.parametrize("stated", [1.7, -1, 100, "sure", None])
def test_a_confidence_is_passed_on_as_it_came(server: OpenAIServer, model: Gateway, stated: object) -> None:
    """The engine takes none of these for a confidence."""
    server.will(completion(json.dumps({"answer": ANSWER, "confidence": {"queue": stated}})))
    assert model.answer(question()).confidence["queue"] == stated


def test_an_answer_that_was_cut_off_is_asked_for_with_twice_the_tokens(server: OpenAIServer, model: Gateway) -> None:
    server.will(*[completion(filled_in(), finish_reason="length")] * 3)
    answer = model.answer(question(max_tokens=1_000))
    assert (answer.values, answer.no_answer) == (None, NoAnswer.TRUNCATED)
    assert [asked.body["max_tokens"] for asked in server.requests] == [1_000, 2_000, 4_000]


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (completion(None, finish_reason="content_filter"), "The model declined to answer: content filter."),
        (
            completion(None, refusal="I cannot help with that."),
            "The model declined to answer: I cannot help with that.",
        ),
    ],
)
def test_a_refusal_goes_to_a_person_with_its_reason(
    server: OpenAIServer, model: Gateway, reply: Reply, problem: str
) -> None:
    server.will(reply)
    answer = model.answer(question())
    assert (answer.values, answer.no_answer, answer.problem) == (None, NoAnswer.REFUSED, problem)
    assert len(server.requests) == 1


def test_a_question_that_the_server_cut_is_no_answer(server: OpenAIServer, model: Gateway) -> None:
    """As Ollama's does: it reads half of its context, answers with a 200, and says so only in the count of tokens."""
    case: dict[str, Any] = {"ticket": "Where is my parcel? " * 1_000}
    server.will(completion(filled_in(), usage={"prompt_tokens": 2_050, "completion_tokens": 10}))
    answer = model.answer(question(case))
    assert (answer.values, answer.no_answer) == (None, NoAnswer.TRUNCATED)
    assert "OLLAMA_CONTEXT_LENGTH" in (answer.problem or "")
    server.will(completion(filled_in(), usage={"prompt_tokens": 5_000, "completion_tokens": 10}))
    assert model.answer(question(case)).values == ANSWER


def test_no_error_no_answer_and_no_record_repeats_the_key(server: OpenAIServer, connect: Connect, books: Books) -> None:
    """Whatever the server echoes, and in whatever part of its reply."""

    def echoes(asked: Received) -> list[Reply]:
        told = f"bad token {asked.headers['authorization']} for {KEY}"
        return [
            failed(401, told),
            failed(400, told, type=told, code=told),
            Reply(status=403, body=told.encode()),
            Reply(body=told.encode()),
            Reply(status=307, body=told.encode(), headers={"location": told, "x-request-id": told}),
            completion(told),
            completion(None, refusal=told),
            completion(filled_in(queue="delivery", reply=told), finish_reason="length"),
            completion(filled_in(queue="delivery", reply=told)),
        ]

    said: list[str] = []
    for which in range(9):
        server.will_always(lambda asked, which=which: echoes(asked)[which])  # type: ignore[misc]  # mypy knows no default here
        gateway = connect()
        try:
            said.append(repr(gateway.answer(question())))
        except ModelUnavailable as error:
            said.append(repr(error) + repr(error.__cause__))
    assert KEY not in "".join(said) + "".join(repr(vars(row)) for row in books.requests())
    assert "[API key]" in "".join(said)


def test_a_model_without_a_written_price_is_refused_and_nothing_is_asked(
    server: OpenAIServer, connect: Connect
) -> None:
    with pytest.raises(Unpriced, match=MODEL):
        connect(prices=None).answer(question())
    assert server.requests == ()
    free = Prices(own={MODEL: OwnPrice(read=Decimal(0), written=Decimal(0))})
    server.will(completion(filled_in()))
    assert connect(prices=free).answer(question()).cost == 0
