"""Tokens at rest: opened by the operator's keys alone, for their workspace alone, while a key is replaced, too."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from bot.slack.installing.token_vault import MOST_KEYS, BadKeys, TokenKeys, Unreadable, Vault, key_id, new_key

TOKEN = "xoxb-planted"  # it opens nothing
FORMER, NEXT = new_key(), new_key()


def settings_with(keys: str | None = None, file: Path | None = None) -> Settings:
    return Settings().model_copy(
        update={"token_keys": None if keys is None else SecretStr(keys), "token_keys_file": file}
    )


def test_a_token_is_opened_for_its_workspace_and_nothing_of_it_can_be_read() -> None:
    vault = Vault(FORMER)
    sealed = vault.seal("T0ONE", TOKEN)
    assert vault.open("T0ONE", sealed) == TOKEN
    assert "xox" not in sealed
    assert "T0ONE" not in sealed
    assert sealed != vault.seal("T0ONE", TOKEN), "two encryptions of one token do not look alike"


def test_a_token_that_was_put_into_another_row_opens_nothing() -> None:
    vault = Vault(FORMER)
    with pytest.raises(Unreadable, match="another workspace's"):
        vault.open("T0TWO", vault.seal("T0ONE", TOKEN))


def test_a_token_that_was_changed_opens_nothing() -> None:
    vault = Vault(FORMER)
    sealed = vault.seal("T0ONE", TOKEN)
    swapped = "A" if sealed[30] != "A" else "B"
    with pytest.raises(Unreadable, match="not as it was encrypted"):
        vault.open("T0ONE", sealed[:30] + swapped + sealed[31:])


def test_a_key_is_replaced_while_both_are_held() -> None:
    sealed = Vault(FORMER).seal("T0ONE", TOKEN)
    both = Vault(f"{NEXT},{FORMER}")
    assert both.open("T0ONE", sealed) == TOKEN
    assert both.needs_anew(sealed)
    anew = both.seal("T0ONE", both.open("T0ONE", sealed))
    assert not both.needs_anew(anew)
    assert (key_id(sealed), key_id(anew)) == (Vault(FORMER).ids[0], Vault(NEXT).ids[0])
    assert Vault(NEXT).open("T0ONE", anew) == TOKEN
    with pytest.raises(Unreadable, match=rf"the key {key_id(anew)} encrypted"):
        Vault(FORMER).open("T0ONE", anew)


def test_what_is_no_key_is_refused_and_not_quoted() -> None:
    too_many = ",".join([FORMER] * (MOST_KEYS + 1))
    for keys in ("", ",", "planted", "ä" * 44, FORMER[:-2], too_many, f"{FORMER},planted"):
        with pytest.raises(BadKeys, match="has to be a key of 32 bytes in base64") as refused:
            TokenKeys(settings_with(keys))
        assert "planted" not in str(refused.value)
        assert FORMER[:8] not in str(refused.value)
        assert refused.value.__cause__ is None


def test_without_keys_no_token_is_kept() -> None:
    with pytest.raises(BadKeys, match="COUNTERSIGN_TOKEN_KEYS is not set"):
        TokenKeys(settings_with())


def test_keys_stand_in_one_place(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(FORMER)
    with pytest.raises(BadKeys, match="unset one of them"):
        TokenKeys(settings_with(FORMER, tmp_path / "keys"))


def test_a_file_of_keys_is_read_again_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{FORMER}\n")
    keys = TokenKeys(settings_with(file=file))
    sealed = keys.vault.seal("T0ONE", TOKEN)
    file.write_text(f"{NEXT}\n{FORMER}\n")
    assert keys.vault.ids == Vault(f"{NEXT},{FORMER}").ids
    assert keys.vault.open("T0ONE", sealed) == TOKEN
    replaced = tmp_path / "keys.new"
    replaced.write_text(f"{NEXT}\n")
    replaced.replace(file)
    assert keys.vault.ids == Vault(NEXT).ids


def test_a_file_that_becomes_unusable_leaves_the_keys_that_were_read(tmp_path: Path) -> None:
    """An editor that empties it for a moment stops no workspace."""
    file = tmp_path / "keys"
    file.write_text(FORMER)
    keys = TokenKeys(settings_with(file=file))
    for content in (b"", b"planted", b"\xff\xfe"):
        file.write_bytes(content)
        assert keys.vault.ids == Vault(FORMER).ids
    file.unlink()
    assert keys.vault.ids == Vault(FORMER).ids
    file.write_text(NEXT)
    assert keys.vault.ids == Vault(NEXT).ids


@pytest.mark.parametrize("content", [None, b"", b"planted", b"\xff\xfe", b"planted" * 10_000])
def test_a_file_without_keys_is_named_and_not_quoted(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "keys"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadKeys, match=f"COUNTERSIGN_TOKEN_KEYS_FILE {file}") as refused:
        TokenKeys(settings_with(file=file))
    assert "planted" not in str(refused.value)
