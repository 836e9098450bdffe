"""Answers to `countersign init`: what is told about a wrong one, and the file that keeps the right ones."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import settings_file
from bot.cli.init import forms
from bot.cli.init.dialogue import Dialogue, Question, Wrong
from bot.cli.init.env_file import EnvFile
from workflows.engine.errors import Refused


@pytest.mark.parametrize(
    ("check", "typed", "kept"),
    [
        (forms.token("xoxb-"), "xoxb-1-abc", "xoxb-1-abc"),
        (forms.channel, "C0123456789", "C0123456789"),
        (forms.channel, "https://acme.slack.com/archives/C0123456789", "C0123456789"),
        (forms.person, "https://acme.slack.com/team/U0123456789", "U0123456789"),
        (forms.people, "U0123456789, S0123456789", "U0123456789+S0123456789"),
        (forms.zone, "Europe/Berlin", "Europe/Berlin"),
        (forms.one_of("local", "anthropic"), "Lo", "local"),
    ],
)
def test_an_answer_is_kept_in_one_form(check: Callable[[str], str], typed: str, kept: str) -> None:
    assert check(typed) == kept


@pytest.mark.parametrize(
    ("check", "typed", "told"),
    [
        (forms.token("xoxb-"), "xapp-1-secret", "this is the app token; enter the bot token"),
        (forms.token("xapp-"), "xoxb-1-secret", "this is the bot token; enter the app token"),
        (forms.token("xoxb-"), "xoxp-1-secret", "this is a person's token; enter the bot token"),
        (forms.token("xoxb-"), "secret", "this is not an xoxb- token; enter the bot token"),
        (forms.token("xoxb-"), "xoxb-sec ret", "there is a space or another odd character in it"),
        (forms.token("xoxb-"), "", "nothing was typed; enter the bot token"),
        (forms.channel, "#support", "a channel is named by its id, such as C0123456789"),
        (forms.channel, "c0123456789", "a channel is named by its id"),
        (forms.person, "@maria", "a person is named by their id, such as U0123456789"),
        (forms.people, "U0123456789 support", "support is neither a person's id"),
        (forms.people, " ", "nobody is named, so nobody could decide"),
        (forms.zone, "Berlin", "such as Europe/Berlin or UTC"),
        (forms.zone, "../etc/passwd", "such as Europe/Berlin or UTC"),
        (forms.one_of("sandbox", "none"), "n0ne", "it has to be one of sandbox, none"),
    ],
)
def test_a_wrong_answer_is_told_in_words_that_quote_no_secret(
    check: Callable[[str], str], typed: str, told: str
) -> None:
    with pytest.raises(Wrong) as wrong:
        check(typed)
    assert told in str(wrong.value)
    assert "secret" not in str(wrong.value)


ZONE = Question(flag="--timezone", asks="Time zone", check=forms.zone, default="UTC")
OWNER = Question(flag="--owner", asks="Who owns it", check=forms.person)


def asked(question: Question, typed: str, given: str | None = None) -> tuple[str, str]:
    """Return the answer of somebody who types these lines, and what they were shown."""
    with CliRunner().isolation(input=typed) as (out, _, _):
        answer = Dialogue(asks=True).answer(question, given)
        shown: io.BytesIO = out
        return answer, shown.getvalue().decode()


def test_a_wrong_answer_is_asked_for_again_until_it_works() -> None:
    answer, shown = asked(ZONE, "Berlin\nEurope\nEurope/Berlin\n")
    assert answer == "Europe/Berlin"
    assert shown.count("That does not work: a time zone is named as in the IANA database") == 2


def test_enter_alone_takes_the_default() -> None:
    assert asked(ZONE, "\n")[0] == "UTC"


def test_a_flag_that_does_not_work_is_told_and_asked_for() -> None:
    answer, shown = asked(ZONE, "Europe/Berlin\n", given="Berlin")
    assert answer == "Europe/Berlin"
    assert "That does not work" in shown


def test_without_a_person_flags_and_defaults_have_to_do() -> None:
    silent = Dialogue(asks=False)
    assert silent.answer(ZONE, None) == "UTC"
    assert silent.answer(ZONE, "Asia/Tokyo") == "Asia/Tokyo"
    with pytest.raises(Refused, match=r"--timezone: a time zone is named"):
        silent.answer(ZONE, "Tokyo")
    with pytest.raises(Refused, match="--owner is needed: Who owns it"):
        silent.answer(OWNER, None)


def test_the_file_is_for_its_owner_alone_and_gives_back_what_was_written(tmp_path: Path) -> None:
    file = EnvFile(tmp_path)
    hard = {"A": "plain", "B": "with space", "C": "#no comment", "D": "quo'te", "E": "back\\slash", "F": "${HOME}"}
    file.add(hard)
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.is_new
    assert file.values == hard
    assert {name.upper(): value for name, value in settings_file.read(file.path).items()} == hard


def test_what_stands_in_the_file_is_never_changed(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=mine    # a note\nB='two'")
    (tmp_path / ".env").chmod(0o600)
    file = EnvFile(tmp_path)
    assert not file.is_new
    file.add({"A": "other", "B": "other", "C": "three"})
    assert file.path.read_text() == "A=mine    # a note\nB='two'\nC=three\n"


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1")
    (tmp_path / ".env").chmod(0o640)
    with pytest.raises(Refused, match="chmod 600"):
        EnvFile(tmp_path)


def test_a_value_with_a_line_break_cannot_bring_a_setting_of_its_own(tmp_path: Path) -> None:
    file = EnvFile(tmp_path)
    with pytest.raises(Refused, match="line break"):
        file.add({"A": "one\nCOUNTERSIGN_WORKFLOWS=evil.py"})
    assert file.values == {}
