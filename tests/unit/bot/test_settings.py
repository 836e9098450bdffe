"""Settings come from the environment or a file, and a bad one is said in one line."""

import os
import re
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.settings import Settings, SettingsUnusable, settings
from tests.unit.bot.said import of_anthropic
from workflows.model.prices import OwnPrice


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings at all."""
    for name in list(os.environ):
        if name.startswith(("COUNTERSIGN_", "ANTHROPIC_", "SLACK_", "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_nothing_has_to_be_set() -> None:
    settings = Settings()
    assert settings.database_url == "sqlite:///countersign.sqlite"
    assert settings.model == "auto"
    assert settings.workflows == ()
    assert settings.threads == 8
    assert of_anthropic(settings).api_key is None


def test_a_model_of_ones_own_has_the_price_that_is_set_and_may_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_MODEL_PRICES", " qwen3:0.6b=0/0 , org/model@v1 = 0.5 / 1.25 ,")
    assert Settings().model_prices == {
        "qwen3:0.6b": OwnPrice(read=Decimal(0), written=Decimal(0)),
        "org/model@v1": OwnPrice(read=Decimal("0.5"), written=Decimal("1.25")),
    }


@pytest.mark.parametrize("value", ["qwen3", "qwen3=0", "qwen3=0/-1", "qwen3=0/NaN", "qwen3=free/free", "qwen3=0/0/0"])
def test_what_is_no_price_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("COUNTERSIGN_MODEL_PRICES", value)
    with pytest.raises(SettingsUnusable, match=r"(?i)model_prices: .*(MODEL=READ/WRITTEN|0\.5/1\.5)"):
        settings()


@pytest.mark.parametrize(
    ("value", "files"),
    [
        ("", ()),
        (" ", ()),
        (",", ()),
        ("a.py", ("a.py",)),
        ("a.py,b.py", ("a.py", "b.py")),
        (" a.py , /folder/b c.py ,, ", ("a.py", "/folder/b c.py")),
    ],
)
def test_files_of_workflows_are_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch, value: str, files: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COUNTERSIGN_WORKFLOWS", value)
    assert Settings().workflows == files


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNTERSIGN_THREADS", "many"),
        ("COUNTERSIGN_THREADS", "0"),
        ("COUNTERSIGN_THREADS", "1e9"),
        ("COUNTERSIGN_FROZEN_SECONDS", "inf"),
        ("COUNTERSIGN_QUEUE_LIMIT", "99999999999999999999"),
        ("COUNTERSIGN_MODEL", "gpt"),
        ("COUNTERSIGN_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert refused.value.error_count() == 1


def test_a_key_is_not_in_what_is_printed_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-planted")
    settings = Settings()
    assert of_anthropic(settings).api_key == SecretStr("sk-ant-planted")
    assert "planted" not in f"{settings} {settings!r} {settings.model_dump_json()}"


def test_an_empty_key_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a variable is left where a secret is not set; the local model goes on then."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    assert of_anthropic(Settings()).api_key is None


def test_settings_do_not_change_under_those_who_were_given_them() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.threads = 2  # type: ignore[misc]  # it is what is refused


def test_channels_and_reviewers_are_named_for_each_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_POST_TO", " support-triage = C0SUPPORT, refunds=C0REFUNDS ,")
    monkeypatch.setenv("COUNTERSIGN_REVIEWERS", "support-triage=S0SUPPORT + U0ANA,refunds=U0BEN")
    monkeypatch.setenv("COUNTERSIGN_ENGINEERS", "U0KIM, S0ENG")
    settings = Settings()
    assert settings.post_to == {"support-triage": "C0SUPPORT", "refunds": "C0REFUNDS"}
    assert settings.reviewers == {"support-triage": ("S0SUPPORT", "U0ANA"), "refunds": ("U0BEN",)}
    assert settings.engineers == ("U0KIM", "S0ENG")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("COUNTERSIGN_POST_TO", "support-triage", "has to be WORKFLOW=ID, separated by commas, not 'support-triage'"),
        ("COUNTERSIGN_REVIEWERS", "=U0ANA", "has to be WORKFLOW=ID, separated by commas, not '=U0ANA'"),
        ("COUNTERSIGN_DIGEST_AT", "25:00", "has to be a time of day, HH:MM"),
        ("COUNTERSIGN_DIGEST_AT", "08:00Z", "has to be a time of day, HH:MM, without a zone"),
        ("COUNTERSIGN_DIGESTS", "cost=08:00+02:00", "has to be a time of day, HH:MM, without a zone"),
        ("COUNTERSIGN_DIGEST_AT", "noon", "has to be a time of day, HH:MM"),
        ("COUNTERSIGN_TIMEZONE", "Berlin", "has to be a time zone such as Europe/Berlin or UTC"),
        ("COUNTERSIGN_TIMEZONE", "../../etc/passwd", "has to be a time zone such as Europe/Berlin or UTC"),
        ("SLACK_API_URL", "http://slack.example/api/", "has to be an https URL, or http on this machine"),
        ("SLACK_API_URL", "file:///etc/passwd", "has to be an https URL, or http on this machine"),
        ("COUNTERSIGN_INSTALL_URL", "http://countersign.example", "has to be https://HOST and nothing more"),
        ("COUNTERSIGN_INSTALL_URL", "https://countersign.example/app", "has to be https://HOST and nothing more"),
        ("COUNTERSIGN_INSTALL_URL", "https://me@countersign.example", "has to be https://HOST and nothing more"),
        ("COUNTERSIGN_INSTALL_URL", "countersign.example", "has to be https://HOST and nothing more"),
        ("COUNTERSIGN_INSTALL", "8482", "has to be HOST:PORT, or off"),
        ("ANTHROPIC_BASE_URL", "http://169.254.169.254/latest", "has to be an https URL, or http on this machine"),
        ("ANTHROPIC_BASE_URL", "http://10.0.0.8:8080", "has to be an https URL, or http on this machine"),
        ("ANTHROPIC_BASE_URL", "https://", "has to be an https URL, or http on this machine"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_it_has_to_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsUnusable, match=re.escape(why)) as refused:
        settings()
    assert name.removeprefix("COUNTERSIGN_").lower() in str(refused.value).lower()


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("", "https://slack.com/api/"),
        ("http://127.0.0.1:8470/api", "http://127.0.0.1:8470/api/"),
        ("http://localhost:8470/api/", "http://localhost:8470/api/"),
        ("https://slack.example/api", "https://slack.example/api/"),
    ],
)
def test_the_address_of_slack_ends_with_a_slash(monkeypatch: pytest.MonkeyPatch, value: str, url: str) -> None:
    monkeypatch.setenv("SLACK_API_URL", value)
    assert Settings().slack_api_url == url


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("", None),
        ("https://Countersign.example/", "https://countersign.example"),
        ("https://countersign.example:8443", "https://countersign.example:8443"),
        ("http://127.0.0.1:8482", "http://127.0.0.1:8482"),
    ],
)
def test_the_address_of_installing_is_a_server_and_nothing_more(
    monkeypatch: pytest.MonkeyPatch, value: str, url: str | None
) -> None:
    monkeypatch.setenv("COUNTERSIGN_INSTALL_URL", value)
    assert Settings().install_url == url


def test_what_opens_tokens_is_not_in_what_is_printed_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "planted-secret")
    monkeypatch.setenv("COUNTERSIGN_TOKEN_KEYS", "planted-key")
    settings = Settings()
    assert settings.slack_client_secret == SecretStr("planted-secret")
    assert "planted" not in f"{settings} {settings!r} {settings.model_dump_json()}"
