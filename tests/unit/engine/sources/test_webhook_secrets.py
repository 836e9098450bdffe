"""Secrets of webhooks are derived: each source has its own, and rotation keeps the former one for a day."""

import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from workflows.engine.sources.programs.settings import ApiSettings
from workflows.engine.sources.told.webhook_secrets import WebhookKeys, webhook_keys

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
KEY, FORMER = bytes(range(32)), bytes(reversed(range(32)))
SETTINGS = ApiSettings(workflows=None)


def test_each_source_team_version_and_key_has_its_own() -> None:
    """None can sign in the name of another."""
    found = {
        WebhookKeys(keys=(key,), seed=seed).secrets(
            source, SETTINGS.model_copy(update={"secret_version": version}), at=NOW
        )[0]
        for key in (KEY, FORMER)
        for seed in ("a", "b")
        for source in (1, 12)
        for version in (1, 2)
    }
    assert len(found) == 16
    assert all(one.startswith("whsec_") and len(b64decode(one.removeprefix("whsec_"))) == 32 for one in found)


def test_rotation_keeps_the_former_secret_for_a_day() -> None:
    """The present one signs first; after a day it signs alone."""
    keys = WebhookKeys(keys=(KEY,), seed="a")
    [before] = keys.secrets(1, SETTINGS, at=NOW)
    rotated = SETTINGS.model_copy(update={"secret_version": 2, "secret_rotated_at": NOW})
    present, former = keys.secrets(1, rotated, at=NOW + timedelta(hours=23))
    assert former == before != present
    assert keys.secrets(1, rotated, at=NOW + timedelta(hours=24)) == [present]


def test_two_keys_sign_while_one_is_replaced() -> None:
    """The new one stands first, so its secret is the one that is shown."""
    both = WebhookKeys(keys=(KEY, FORMER), seed="a").secrets(1, SETTINGS, at=NOW)
    assert both == [WebhookKeys(keys=(key,), seed="a").secrets(1, SETTINGS, at=NOW)[0] for key in (KEY, FORMER)]


def test_a_key_is_hex_digits_or_base64() -> None:
    """One or two of 32 bytes each."""
    assert webhook_keys(KEY.hex()) == (KEY,)
    assert webhook_keys(f"{b64encode(KEY).decode()}, {FORMER.hex()}") == (KEY, FORMER)


@pytest.mark.parametrize("text", ["", "secret-words", "aa" * 31, f"{KEY.hex()},", ",".join([KEY.hex()] * 3)])
def test_what_is_no_key_is_refused_without_repeating_it(text: str) -> None:
    """The message says what one is."""
    with pytest.raises(ValueError, match="32 bytes") as refused:
        webhook_keys(text)
    assert "secret-words" not in str(refused.value)


def test_a_key_is_in_no_representation() -> None:
    """A log of the object shows nothing of it."""
    assert KEY.hex() not in repr(WebhookKeys(keys=(KEY,), seed="a"))
    assert str(KEY) not in repr(WebhookKeys(keys=(KEY,), seed="a"))


def test_the_library_signs_as_the_standard_says() -> None:
    """A vector of the reference implementation."""
    signed = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1_614_265_330, UTC), '{"test": 2432232314}'
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_receiver_of_the_documentation_verifies() -> None:
    """The lines that a receiver copies take what is signed, and nothing that was changed."""
    page = (Path(__file__).parents[4] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    shown: dict[str, Any] = {}
    exec(next(text for text in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "Webhook(" in text), shown)
    [secret] = WebhookKeys(keys=(KEY,), seed="a").secrets(1, SETTINGS, at=NOW)
    body, now = '{"type": "case.closed", "data": {"id": 1}}', datetime.now(UTC)
    headers = {
        "webhook-id": "msg_0_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_0_1", now, body),
    }
    assert shown["heard"](secret, body.encode(), headers) == {"id": 1}
    with pytest.raises(WebhookVerificationError):
        shown["heard"](secret, body.replace("1", "2").encode(), headers)
