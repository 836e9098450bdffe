"""Real answers of providers, and their meaning: texts from public issues, documentation and the SDK."""

import pytest

from workflows.model.outcomes import Outcome
from workflows.model.vendors.errors import outcome_of, parts_of

MONEY = [
    (400, "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade."),
    (400, "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."),
    (400, "You have reached your specified workspace API usage limits. You will regain access on 2026-12-01."),
    (403, "Key limit exceeded (daily limit). Manage it using your settings."),
    (402, "Insufficient credits. Add more using your account's settings."),
    (400, "Budget has been exceeded! Current cost: 26.075, Max budget: 0.25"),
    (429, "Budget has been exceeded! Current cost: 10.51, Max budget: 10.00"),
    (400, "ExceededBudget: End User=ana over budget. Spend=0.0008, Budget=0.0001"),
    (429, "Your organization has reached its monthly spend limit."),
    (403, "Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided."),
]
ACCESS = [
    (400, "This organization has been disabled."),
    (400, "Your account has been suspended."),
    (401, "invalid x-api-key"),
    (400, "Invalid API key provided."),
    (403, "Your API key does not have permission to use the specified resource."),
    (403, "Request not allowed"),
    (403, "You don't have access to the model with the specified model ID."),
    (401, "OAuth token has expired. Please obtain a new token or refresh your existing token."),
    (400, "The security token included in the request is invalid."),
    (404, "Model use case details have not been submitted for this account."),
]
TOO_LONG = [
    (400, "prompt is too long: 208310 tokens > 200000 maximum"),
    (413, "Prompt is too long"),
    (413, "Request exceeds the maximum size"),
    (400, "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length"),
    (400, "Input is too long for requested model."),
    (400, "request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it"),
    (500, "Context size has been exceeded."),
    (400, "This model's maximum context length is 32768 tokens. However, you requested 40000 tokens."),
    (429, "Extra usage is required for long context requests."),
    (400, "The long context beta is not yet available for this subscription."),
]
DOCUMENT = [
    (400, "messages.4.content.0.pdf.source.base64.data: A maximum of 100 PDF pages may be provided."),
    (400, "messages.0.content.0.pdf.source.base64.data: The PDF specified was not valid."),
    (400, "messages.0.content.0.pdf.source.base64.data: The PDF specified is password protected."),
    (400, "messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 6291456 bytes > 5242880 bytes"),
    (
        400,
        "messages.0.content.0.image.source.base64.data: At least one of the image dimensions exceed max allowed size",
    ),
    (400, "too many images and documents: 104 + 1 > 100"),
    (400, "Could not process image"),
    (400, "Could not process PDF"),
    (400, "Image does not match the provided media type image/png"),
    (400, "Failed to load image or audio file"),
]
UNFIT = [
    (400, "The compiled grammar is too large, which would cause performance issues. Simplify your tool schemas."),
    (400, "output_config.format.schema: Invalid schema: The compiled grammar is too large"),
    (400, "Schema is too complex for compilation."),
    (400, "Schemas contains too many optional parameters (30), which would make grammar compilation inefficient."),
    (400, "output_config: Extra inputs are not permitted"),
    (400, "This model does not support the effort parameter."),
    (400, "adaptive thinking is not supported on this model"),
]
UNKNOWN_MODEL = [
    (404, "model: claude-2.1"),
    (400, "The provided model identifier is invalid."),
    (
        400,
        "Invocation of model ID anthropic.claude-3-5-sonnet-v2:0 with on-demand throughput isn\u2019t supported.",
    ),
    (400, "Invalid model name passed in model=gpt-5. Call `/v1/models` to view available models for your key."),
    (404, "model 'qwen3' not found, try pulling it first"),
]
PASSES = [
    (429, "This request would exceed your organization's rate limit of 30,000 input tokens per minute."),
    (429, "Number of request tokens has exceeded your per-minute rate limit. Please reduce the prompt length."),
    (429, "Too many tokens, please wait before trying again."),
    (429, "Resource has been exhausted (e.g. check quota)."),
    (529, "Overloaded"),
    (500, "Internal server error"),
    (503, "The service is temporarily unavailable; your account is not disabled."),
    (504, "upstream timed out"),
]


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        (MONEY, Outcome.SPENT),
        (ACCESS, Outcome.LOCKED_OUT),
        (TOO_LONG, Outcome.TOO_LONG),
        (DOCUMENT, Outcome.DOCUMENT),
        (UNFIT, Outcome.UNFIT),
        (UNKNOWN_MODEL, Outcome.RETIRED),
        ([(400, "Output blocked by content filtering policy")], Outcome.REFUSED),
        ([(400, "messages: at least one message is required"), (422, "no"), (307, "")], Outcome.INVALID),
    ],
)
def test_what_a_provider_says_is_known_whatever_stands_around_it(
    answers: list[tuple[int, str]], outcome: Outcome
) -> None:
    for status, words in answers:
        kind = {400: "invalid_request_error", 429: "rate_limit_error", 404: "not_found_error"}.get(status, "")
        for said in (words, words.upper(), f"litellm.BadRequestError: AnthropicException - {words}"):
            assert outcome_of(status, kind=kind, words=said) is outcome, said


def test_what_passes_by_itself_is_no_bill_and_no_lost_key() -> None:
    for status, words in PASSES:
        expected = Outcome.THROTTLED if status == 429 else Outcome.TRANSIENT
        assert outcome_of(status, words=words) is expected, words


@pytest.mark.parametrize(
    ("status", "kind", "code", "outcome"),
    [
        (400, "overloaded_error", "", Outcome.TRANSIENT),
        (400, "billing_error", "", Outcome.SPENT),
        (400, "authentication_error", "", Outcome.LOCKED_OUT),
        (429, "rate_limit_error", "enforced_spend_limit_reached", Outcome.SPENT),
        (429, "rate_limit_error", "ramp_limit_exceeded", Outcome.THROTTLED),
        (400, "invalid_request_error", "organization_on_hold", Outcome.LOCKED_OUT),
        (403, "permission_error", "user_profile_not_billable", Outcome.LOCKED_OUT),
        (503, "api_error", "cmek_key_unreachable", Outcome.TRANSIENT),
        (400, "exceed_context_size_error", "", Outcome.TOO_LONG),
        (429, "ThrottlingException", "", Outcome.THROTTLED),
    ],
)
def test_codes_and_types_go_before_status_and_words(status: int, kind: str, code: str, outcome: Outcome) -> None:
    assert outcome_of(status, kind=kind, code=code, words="This may be worded anyhow.") is outcome


def test_what_a_server_quotes_of_the_case_far_behind_its_words_decides_nothing() -> None:
    words = "messages: this is not understood. It was: " + "x" * 600 + "the compiled grammar is too large"
    assert outcome_of(400, kind="invalid_request_error", words=words) is Outcome.INVALID


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ({"type": "error", "error": {"type": "api_error", "message": "no"}}, ("api_error", "", "no")),
        ({"error": {"type": "a", "message": "no", "details": {"error_code": "b"}}}, ("a", "b", "no")),
        ([{"error": {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED"}}], ("RESOURCE_EXHAUSTED", "", "no")),
        ({"__type": "AccessDeniedException", "message": "no"}, ("AccessDeniedException", "", "no")),
        ({"error": "no"}, ("", "", "no")),
        ({"detail": "no"}, ("", "", "no")),
        ("<html>no</html>", ("", "", "<html>no</html>")),
        (None, ("", "", "")),
        ({"error": {"type": 5, "message": None}}, ("", "", "")),
    ],
)
def test_an_error_is_read_however_its_server_lays_it_out(body: object, parts: tuple[str, str, str]) -> None:
    assert parts_of(body) == parts
