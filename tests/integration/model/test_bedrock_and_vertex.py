"""Anthropic's models at Amazon and at Google: the SDK's real clients and signatures, before a local server.

What a message means is the same as at Anthropic, and tested there. Here is what differs.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from anthropic._constants import ANTHROPIC_API_VERSION
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr, ValidationError

from tests.integration.model.books import Books
from tests.integration.model.cloud_server import TOKEN, CloudServer, amazon_failed, google_failed
from tests.integration.model.questions import Connect, Sleep, filled_in, question
from tests.integration.model.replies import Reply, failure, message
from workflows.model.gateway import Gateway
from workflows.model.port import ModelUnavailable, NoAnswer, Usage
from workflows.model.prices import Unpriced
from workflows.model.vendors.anthropic.prices import price
from workflows.model.vendors.bedrock.client import PRICES, BedrockVendor
from workflows.model.vendors.bedrock.declaration import VENDOR as BEDROCK
from workflows.model.vendors.bedrock.settings import BedrockSettings
from workflows.model.vendors.vertex.client import VertexVendor, prices_in
from workflows.model.vendors.vertex.settings import VertexSettings

pytestmark = pytest.mark.slow

ANSWER = {"queue": "delivery", "reply": "We look for it."}
PROFILE = "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
API_KEY = "bedrock-api-key-that-is-made-up"
SECRET, SESSION = "wJalrXUtnFEMI-made-up-secret", "a-session-token-that-is-made-up"
SIGNED = BedrockSettings(
    access_key=SecretStr("AKIAMADEUPMADEUP0000"), secret_key=SecretStr(SECRET), session_token=SecretStr(SESSION)
)


@pytest.fixture(scope="module")
def cloud() -> Iterator[CloudServer]:
    with CloudServer() as server:
        yield server


@pytest.fixture
def server(cloud: CloudServer, monkeypatch: pytest.MonkeyPatch) -> CloudServer:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.delenv(name, raising=False)
    # Otherwise the libraries look for a cloud around the machine.
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    cloud.forget()
    cloud.refuses_tokens = False
    cloud.assertions.clear()
    return cloud


@pytest.fixture
def bedrock(server: CloudServer, books: Books, sleep: Sleep) -> Iterator[Connect]:
    made: list[Gateway] = []

    def connect(**how: Any) -> Gateway:
        told = how.pop("settings", BedrockSettings(api_key=SecretStr(API_KEY)))
        vendor = BedrockVendor(told, region="eu-central-1", base_url=server.url, **how)
        made.append(books.gateway(vendor, sleep=sleep, default_model=PROFILE))
        return made[-1]

    yield connect
    for model in made:
        model.close()


@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@pytest.fixture
def account(server: CloudServer, private_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service account's file, whose tokens the local server gives."""
    file = tmp_path / "account.json"
    told = {
        "type": "service_account",
        "project_id": "another-project",
        "private_key_id": "1",
        "private_key": private_key,
        "client_email": "countersign@a-project.iam.gserviceaccount.com",
        "token_uri": f"{server.url}/token",
    }
    file.write_text(json.dumps(told))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))


@pytest.fixture
def vertex(server: CloudServer, account: None, books: Books, sleep: Sleep) -> Iterator[Connect]:
    made: list[Gateway] = []

    def connect(**how: Any) -> Gateway:
        told = {"project": "a-project", "region": "europe-west1", "base_url": f"{server.url}/v1", **how}
        made.append(books.gateway(VertexVendor(**told), sleep=sleep, default_model="claude-haiku-4-5@20251001"))
        return made[-1]

    yield connect
    for model in made:
        model.close()


def test_bedrock_is_asked_with_the_model_in_the_path_and_its_version_in_the_body(
    server: CloudServer, bedrock: Connect
) -> None:
    server.will(message(filled_in()))
    answer = bedrock().answer(question(effort="low"))
    assert answer.values == ANSWER
    (asked,) = server.requests
    assert asked.path == f"/model/{PROFILE}/invoke"
    assert asked.headers["authorization"] == f"Bearer {API_KEY}"
    assert asked.body["anthropic_version"] == ANTHROPIC_API_VERSION
    assert asked.body.keys() == {"anthropic_version", "max_tokens", "messages", "system", "output_config"}
    assert asked.body["output_config"]["effort"] == "low"
    # Not every model there takes the cache of an hour, and the usual one costs less to write.
    assert asked.body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert answer.cost == PRICES.price(PROFILE, Usage(input_tokens=100, output_tokens=10))


def test_with_aws_credentials_the_request_is_signed_for_its_region(server: CloudServer, bedrock: Connect) -> None:
    server.will(message(filled_in()))
    assert bedrock(settings=SIGNED).answer(question()).values == ANSWER
    (asked,) = server.requests
    signed = asked.headers["authorization"]
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=AKIAMADEUPMADEUP0000/")
    assert "/eu-central-1/bedrock/aws4_request" in signed
    assert asked.headers["x-amz-security-token"] == SESSION
    assert SECRET not in repr(asked)


def test_without_credentials_a_person_is_told_so_and_nothing_is_sent(server: CloudServer, bedrock: Connect) -> None:
    for settings, words in (
        (BedrockSettings(), "No AWS credentials were found"),
        (BedrockSettings(profile="elsewhere"), r"cannot be used: The config profile \(elsewhere\) could not be found"),
    ):
        with pytest.raises(ModelUnavailable, match=words) as told:
            bedrock(settings=settings).answer(question())
        assert told.value.no_answer is NoAnswer.ACCOUNT
    assert server.requests == ()


ONCE = {
    "no access": (
        amazon_failed(403, "AccessDeniedException", "You don't have access to the model with the specified model ID."),
        NoAnswer.ACCOUNT,
    ),
    "an expired token": (
        amazon_failed(403, "ExpiredTokenException", "The security token included in the request is expired"),
        NoAnswer.ACCOUNT,
    ),
    "a quota": (amazon_failed(400, "ServiceQuotaExceededException", "Exceeded."), NoAnswer.ACCOUNT),
    "no such model": (
        amazon_failed(400, "ValidationException", "The provided model identifier is invalid."),
        NoAnswer.RETIRED,
    ),
    "a model that takes a profile": (
        amazon_failed(
            400,
            "ValidationException",
            "Invocation of model ID anthropic.claude-haiku-5-5 with on-demand throughput isn\u2019t supported.",
        ),
        NoAnswer.RETIRED,
    ),
    "a long case": (
        amazon_failed(400, "ValidationException", "Input is too long for requested model."),
        NoAnswer.TRUNCATED,
    ),
    "the form": (
        amazon_failed(400, "ValidationException", "output_config.format: Extra inputs are not permitted"),
        NoAnswer.UNFIT,
    ),
    "another address": (Reply(status=307, headers={"location": "http://127.0.0.1:9/model"}), NoAnswer.UNAVAILABLE),
}


@pytest.mark.parametrize(("reply", "no_answer"), ONCE.values(), ids=ONCE.keys())
def test_what_bedrock_never_answers_is_asked_once(
    server: CloudServer, bedrock: Connect, reply: Reply, no_answer: NoAnswer
) -> None:
    server.will(reply, reply)
    with pytest.raises(ModelUnavailable) as told:
        bedrock().answer(question())
    assert told.value.no_answer is no_answer
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        amazon_failed(429, "ThrottlingException", "Too many tokens, please wait before trying again."),
        amazon_failed(424, "ModelErrorException", "The model failed."),
        amazon_failed(408, "ModelTimeoutException", "The model took too long."),
        amazon_failed(503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
    ],
)
def test_what_passes_at_bedrock_is_asked_again(server: CloudServer, bedrock: Connect, reply: Reply) -> None:
    server.will(reply, Reply(body=b"{"), message(filled_in()))
    assert bedrock().answer(question()).values == ANSWER
    assert len(server.requests) == 3


def test_a_refusal_and_a_cut_answer_are_as_at_anthropic(server: CloudServer, bedrock: Connect, vertex: Connect) -> None:
    for connect in (bedrock, vertex):
        server.will(message("", content=[], stop_reason="refusal"), message(filled_in(), stop_reason="max_tokens"))
        assert connect().answer(question()).no_answer is NoAnswer.REFUSED
        server.will(*[message(filled_in(), stop_reason="max_tokens")] * 2)
        assert connect().answer(question()).no_answer is NoAnswer.TRUNCATED
        server.will(Reply(stalls=True), Reply(stalls=True))
        assert "did not answer in time" in (connect(timeout=0.3).answer(question()).problem or "")


def test_vertex_is_asked_with_the_token_that_google_gives_for_the_account(server: CloudServer, vertex: Connect) -> None:
    server.will(message(filled_in()), message(filled_in()))
    model = vertex()
    answer = model.answer(question())
    assert answer.values == ANSWER
    model.answer(question())
    asked, _ = server.requests
    assert asked.path == (
        "/v1/projects/a-project/locations/europe-west1/publishers/anthropic/models/claude-haiku-4-5@20251001:rawPredict"
    )
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.body["anthropic_version"] == ANTHROPIC_API_VERSION
    assert asked.body.keys() == {"anthropic_version", "max_tokens", "messages", "system", "output_config"}
    assert len(server.assertions) == 1  # the token is kept while it holds
    assert answer.cost == Decimal("1.1") * price("claude-haiku-4-5", Usage(input_tokens=100, output_tokens=10))


def test_credentials_that_google_refuses_are_told_once_and_without_them(
    server: CloudServer, vertex: Connect, private_key: str
) -> None:
    server.refuses_tokens = True
    with pytest.raises(
        ModelUnavailable, match="Google credentials for Vertex AI cannot be used: invalid_grant"
    ) as told:
        vertex().answer(question())
    assert told.value.no_answer is NoAnswer.ACCOUNT
    assert server.assertions
    assert not any(secret in repr(told.value) for secret in (*server.assertions, private_key.splitlines()[1]))
    assert server.requests == ()


@pytest.mark.parametrize(
    ("reply", "no_answer"),
    [
        (
            google_failed(403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied."),
            NoAnswer.ACCOUNT,
        ),
        (google_failed(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."), NoAnswer.ACCOUNT),
        (google_failed(404, "NOT_FOUND", "Publisher Model `claude-old` was not found."), NoAnswer.RETIRED),
        (failure(400, kind="invalid_request_error", words="prompt is too long"), NoAnswer.TRUNCATED),
    ],
)
def test_what_vertex_never_answers_is_asked_once(
    server: CloudServer, vertex: Connect, reply: Reply, no_answer: NoAnswer
) -> None:
    server.will(reply, reply)
    with pytest.raises(ModelUnavailable) as told:
        vertex().answer(question())
    assert told.value.no_answer is no_answer
    assert len(server.requests) == 1


def test_a_quota_at_vertex_is_a_rate_limit(server: CloudServer, vertex: Connect) -> None:
    server.will(google_failed(429, "RESOURCE_EXHAUSTED", "Quota exceeded for tokens."), message(filled_in()))
    assert vertex().answer(question()).values == ANSWER


def test_no_error_repeats_a_key_or_a_token(server: CloudServer, bedrock: Connect, vertex: Connect) -> None:
    """Not even one that a library fetched, and that no setting holds."""
    said: list[str] = []
    for connect, secret in ((bedrock, API_KEY), (vertex, TOKEN)):
        for reply in (
            amazon_failed(400, secret, f"bad {secret}"),
            google_failed(403, secret, f"bad {secret}"),
            Reply(status=500, body=secret.encode()),
            Reply(body=json.dumps({"error": {"type": secret, "message": secret}, "type": "error"}).encode()),
            message(secret),
        ):
            server.forget()
            server.will(*[reply] * 4)
            try:
                said.append(repr(connect().answer(question())))
            except ModelUnavailable as error:
                said.append(repr(error))
    server.forget()
    server.will(amazon_failed(403, "AccessDeniedException", f"bad {SESSION} and {SECRET}"))
    with pytest.raises(ModelUnavailable) as told:
        bedrock(settings=SIGNED).answer(question())
    said.append(repr(told.value))
    assert not any(secret in "".join(said) for secret in (API_KEY, TOKEN, SECRET, SESSION))
    assert "".join(said).count("[API key]") >= 8


def test_bedrock_is_checked_by_counting_the_tokens_of_the_model_behind_a_profile(server: CloudServer) -> None:
    vendor = BedrockVendor(SIGNED, region="eu-central-1", base_url=server.url)
    for reply, wrong in (
        (Reply(body=b'{"inputTokens": 8}'), None),
        (amazon_failed(400, "ValidationException", "The provided model doesn't support counting tokens."), None),
        (amazon_failed(403, "AccessDeniedException", "You are not authorized to perform: bedrock:CountTokens"), None),
        (amazon_failed(403, "UnrecognizedClientException", "The security token is invalid."), "does not accept"),
        (amazon_failed(400, "ValidationException", "The provided model identifier is invalid."), "does not know"),
    ):
        server.will(reply)
        found = vendor.knows(PROFILE)
        assert found is None if wrong is None else wrong in (found or "")
    vendor.close()
    asked = server.requests[0]
    assert asked.path == "/model/anthropic.claude-haiku-4-5-20251001-v1:0/count-tokens"
    assert asked.body.keys() == {"input"}
    assert asked.headers["authorization"].startswith("AWS4-HMAC-SHA256 ")


def test_vertex_is_checked_by_counting_tokens(server: CloudServer, account: None) -> None:
    vendor = VertexVendor(project="a-project", region="global", base_url=f"{server.url}/v1")
    server.will(Reply(body=b'{"input_tokens": 8}'), google_failed(404, "NOT_FOUND", "Publisher Model was not found."))
    assert vendor.knows("claude-haiku-5-5") is None
    assert "does not know this model" in (vendor.knows("claude-old") or "")
    vendor.close()
    assert server.requests[0].path.endswith("/publishers/anthropic/models/count-tokens:rawPredict")
    assert server.requests[0].body["model"] == "claude-haiku-5-5"


def test_prices_are_those_of_the_place_and_an_unknown_name_has_none() -> None:
    usage = Usage(input_tokens=1_000_000)
    here, anywhere = (
        PRICES.price(f"{place}anthropic.claude-haiku-4-5-20251001-v1:0", usage) for place in ("eu.", "global.")
    )
    assert (here, anywhere) == (Decimal("1.1"), Decimal(1))
    assert prices_in("europe-west1").price("claude-haiku-4-5@20251001", usage) == Decimal("1.1")
    assert prices_in("global").price("claude-haiku-4-5@20251001", usage) == Decimal(1)
    written = Usage(cache_write_tokens=1_000_000)
    assert prices_in("global").price("claude-haiku-4-5", written) == Decimal("1.25")
    for prices in (PRICES, prices_in("global")):
        with pytest.raises(Unpriced):
            prices.price("arn:aws:bedrock:eu-central-1:1:application-inference-profile/abc", usage)


def test_settings_that_would_lead_elsewhere_are_refused() -> None:
    for wrong in ("evil.example/", "eu-central-1.evil.example#", "eu central"):
        with pytest.raises(ValidationError):
            BedrockSettings(region=wrong)
        with pytest.raises(ValidationError):
            VertexSettings(project="a-project", region=wrong)
        with pytest.raises(ValidationError):
            VertexSettings(project=wrong, region="global")
    with pytest.raises(ValidationError, match="COUNTERSIGN_VERTEX_REGION has to be set"):
        VertexSettings(project="a-project")
    with pytest.raises(ValidationError, match="have to be set together"):
        BedrockSettings(region="eu-central-1", access_key=SecretStr("AKIAMADEUPMADEUP0000"))


def test_aws_credentials_alone_make_nobody_ask_bedrock() -> None:
    assert not BEDROCK.has_key(SIGNED)
    assert BEDROCK.connect_batches is None
