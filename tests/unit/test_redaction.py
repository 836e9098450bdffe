"""No secret and no word of a case stands in a text that is kept, logged or shown (A37, A28)."""

import base64
import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from workflows.redaction import CASE_TEXT, MOST, SECRET, is_secret_name, redacted, without, without_secrets

PLANTED = "hunter2Planted99"


@pytest.mark.parametrize(
    "text",
    [
        f"could not connect to postgresql://me:{PLANTED}@db.example/x",
        f"could not connect to postgresql://me:p@ss-{PLANTED}@db.example/x",
        f"amqp://:{PLANTED}@queue.example",
        f"GET https://desk.example/t?api_key={PLANTED}&page=2 failed",
        f"GET https://desk.example/t?page=2&x={PLANTED}",
        f"api_key={PLANTED}",
        f"apikey: {PLANTED}",
        f"API-KEY = '{PLANTED} with a space'",
        f'{{"client_secret": "{PLANTED}", "id": 7}}',
        f"{{'password': '{PLANTED}'}}",
        f"DB_PASSWORD={PLANTED}",
        f"aws_secret_access_key={PLANTED}",
        f"X-Api-Key: {PLANTED}",
        f"Set-Cookie: session={PLANTED}; Path=/",
        f"Cookie: sid={PLANTED}",
        f"token: {PLANTED}",
        f"password: {PLANTED}",
        f"Authorization: Basic {PLANTED}",
        f"authorization='Token {PLANTED}'",
        f"'Authorization': 'Bearer {PLANTED}'",
        f"sent Basic {base64.b64encode(PLANTED.encode()).decode()} and was refused",
        f"Bearer {PLANTED}",
        f"mysql -u root --password {PLANTED} failed",
        f"curl --user bob:{PLANTED} https://x.example failed",
        f"curl -u bob:{PLANTED} failed",
        f"sig={PLANTED}&se=2026",
        f"xoxb-1-{PLANTED}",
        f"xapp-1-{PLANTED}",
        f"sk-ant-{PLANTED}",
        f"sk_live_{PLANTED}",
        f"rk_test_{PLANTED}",
        f"ghp_{PLANTED}",
        f"csk_{PLANTED}",
        f"github_pat_{PLANTED}",
        f"glpat-{PLANTED}",
        f"whsec_{PLANTED}",
        f"hf_{PLANTED}",
        f"SG.abcdefgh12.{PLANTED}",
        f"AIzaSyAbcdefghijkl{PLANTED}",
        f"ya29.a0{PLANTED}",
        f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ{PLANTED}.abc-{PLANTED}",
        f"-----BEGIN RSA PRIVATE KEY-----\nMIIE{PLANTED}\n{PLANTED}\n-----END RSA PRIVATE KEY-----",
        f"-----BEGIN PRIVATE KEY-----\nMIIE{PLANTED}",
        f"the key is q7Xw9LmZpT{PLANTED}aa",
        f"1 validation error for Ticket\nid\n  Input should be a number [type=int_type, input_value='{PLANTED}', "
        "input_type=str]",
    ],
)
def test_a_secret_is_masked_wherever_it_stands(text: str) -> None:
    found = redacted(text)
    assert PLANTED not in found
    assert base64.b64encode(PLANTED.encode()).decode() not in found


def test_a_password_or_a_bearer_s_token_of_small_letters_is_masked_all_the_same() -> None:
    assert redacted("refused: Bearer abcdefghijk") == "refused: Bearer [secret]"
    assert redacted("password: letmein, said the log") == "password: [secret], said the log"


@pytest.mark.parametrize("secret", ["AKIAIOSFODNN7EXAMPLE", "0123456789abcdef0123456789abcdef"])
def test_a_secret_is_masked_by_its_form(secret: str) -> None:
    assert secret not in redacted(f"denied for {secret} here")


@pytest.mark.parametrize(
    "text",
    [
        "the help desk refused it (422): no queue named billing",
        "the token is refused; a new one too",
        "Slack refuses SLACK_BOT_TOKEN: invalid_auth",
        "the session: closed by the other side",
        "input_tokens=120, max_tokens: 1024",
        "Basic information about the order is missing",
        "row 7: ticket-1017 under support-triage/ticket-1017/correction-1",
        "https://desk.example/tickets/17 answered 500",
        "key 123e4567-e89b-12d3-a456-426614174000 was used before",
        "ModuleNotFoundError: no module named workflows_of_the_support_team_in_berlin",
        "DE89 3704 0044 0532 0130 00 is not the account on file",
        "2026-11-28T14:02:11.123456+00:00: took longer than 30 seconds",
        "/etc/countersign/workspaces/T0123456789.env: COUNTERSIGN_POSTTO is no setting",
        "there is no folder /srv/Countersign/workspaces2 for settings",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


def test_a_key_that_begins_like_a_path_is_masked() -> None:
    """Base64 has strokes: one in 64 keys begins with one, as a path does."""
    random = Random(7)
    keys = ["/7" + base64.b64encode(random.randbytes(30)).decode()[2:] for _ in range(2_000)]
    assert [key for key in keys if key in redacted(f"denied for {key}")] == []
    assert PLANTED not in redacted(f"no file /srv/keys/{PLANTED}/here, or /install/krsvQ2K6kVBGsZVDxMFgn2iEvc{PLANTED}")


def test_a_pydantic_error_says_nothing_of_what_it_was_given() -> None:
    class Ticket(BaseModel):
        id: int

    with pytest.raises(ValidationError) as refused:
        Ticket.model_validate({"id": "Maria Schmidt, born 1970"})
    assert "Maria" not in redacted(f"cannot read it: {refused.value}")


def test_words_of_a_case_are_masked_and_the_rest_stays() -> None:
    told = ["Dear all, my name is Maria Schmidt and my order 4711 is late.", "maria.schmidt@example.com"]
    said = "invalid literal for int(): 'my name is MARIA SCHMIDT' of maria.schmidt@example.com at the desk"
    assert without(said, told) == f"invalid literal for int(): '{CASE_TEXT}' of {CASE_TEXT} at the desk"
    assert without("no queue named billing", told) == "no queue named billing"


@given(before=st.text(max_size=30), secret=st.text(min_size=12, max_size=40), after=st.text(max_size=30))
def test_a_told_text_never_stands_in_what_is_left(before: str, secret: str, after: str) -> None:
    assert secret not in without(before + secret + after, [secret], mask="")


@given(st.text(max_size=200))
def test_any_text_can_be_looked_through_twice(text: str) -> None:
    """Masking what is masked changes nothing, so texts may pass through several hands."""
    assert redacted(redacted(text)) == redacted(text)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "1",
        "://",
        "@",
        "?a=",
        "&",
        "key=",
        "key: ",
        "-----BEGIN PRIVATE KEY-----",
        "eyJ",
        "Basic ",
        "_",
        "input_value=",
    ],
)
def test_a_long_text_takes_no_long_time(unit: str) -> None:
    """A pattern that looks back and forth would take minutes of it; these take a fraction of a second."""
    text = unit * (10 * MOST // len(unit))
    began = time.process_time()
    found = redacted(text)
    assert len(found) <= 2 * MOST
    assert time.process_time() - began < 5


def test_a_long_text_is_looked_through_to_its_end_where_it_is_kept_whole() -> None:
    long = f"{'words ' * MOST}password: hunter2"
    assert without_secrets(long) == f"{'words ' * MOST}password: {SECRET}"
    assert len(redacted(long)) == MOST


def test_the_name_of_a_value_may_say_that_it_is_a_secret() -> None:
    assert all(
        map(is_secret_name, ("password", "api_key", "db-password", "x_access_token", "Authorization", "session"))
    )
    assert not any(map(is_secret_name, ("key", "customer", "token_count", "passenger", "idempotency_key", "pins")))
