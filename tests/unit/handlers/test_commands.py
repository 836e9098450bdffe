"""The words of commands, as both faces read them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import app
from handlers.commands import (
    COMMANDS,
    RerunCauseWords,
    RerunFailedWords,
    RerunWords,
    StopWords,
    command_called,
    nearest,
    read_pause,
    read_rerun,
)


def is_none_of_ours(text: str) -> bool:
    """Tell that there is no case of this name."""
    return False


def one_case(words: str, *, is_case: Callable[[str], bool]) -> RerunWords:
    """Words that mean one case."""
    read = read_rerun(words, is_case=is_case)
    assert isinstance(read, RerunWords)
    return read


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("cause 3f9a2c1b", RerunCauseWords(cause="3f9a2c1b", after="", wait=None, dry=False)),
        ("CAUSE 3f9a --dry", RerunCauseWords(cause="3f9a", after="", wait=None, dry=True)),
        ("cause 3f9a after 10m", RerunCauseWords(cause="3f9a", after="10m", wait=timedelta(minutes=10), dry=False)),
        ("cause 3f9a —after 2H dry", RerunCauseWords(cause="3f9a", after="2H", wait=timedelta(hours=2), dry=True)),
        ("cause 3f9a after lunch", RerunCauseWords(cause="3f9a", after="lunch", wait=None, dry=False)),
        ("cause 3f9a STOP", StopWords(cause="3f9a")),
        ("cause 3f9a after", RerunCauseWords(cause="3f9a", after="after", wait=None, dry=False)),
        ("cause 3f9a after 10 m", RerunCauseWords(cause="3f9a", after="10 m", wait=timedelta(minutes=10), dry=False)),
        ("cause 3f9a after the storm", RerunCauseWords(cause="3f9a", after="the storm", wait=None, dry=False)),
        (
            "failed sample since 2h dry",
            RerunFailedWords(workflow="sample", since="2h", within=timedelta(hours=2), dry=True),
        ),
        (
            "failed sample \u2014since 30m",
            RerunFailedWords(workflow="sample", since="30m", within=timedelta(minutes=30), dry=False),
        ),
        (
            "failed sample since 1D",
            RerunFailedWords(workflow="sample", since="1D", within=timedelta(days=1), dry=False),
        ),
        ("failed sample", RerunFailedWords(workflow="sample", since="", within=None, dry=False)),
        ("failed sample since 0h", RerunFailedWords(workflow="sample", since="0h", within=None, dry=False)),
        ("failed sample since noon", RerunFailedWords(workflow="sample", since="noon", within=None, dry=False)),
    ],
)
def test_the_words_of_rerun_for_many(words: str, expected: RerunCauseWords | RerunFailedWords) -> None:
    assert read_rerun(words, is_case=is_none_of_ours) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("12", ("12", None, False)),
        ("12 from look_up", ("12", "look_up", False)),
        ("12 from look_up dry", ("12", "look_up", True)),
        ("12 --from look_up --dry", ("12", "look_up", True)),
        ("12 \u2014dry", ("12", None, True)),
        ("order from berlin from start", ("order from berlin", "start", False)),
        ("12  FROM  start  DRY", ("12", "start", True)),
    ],
)
def test_the_words_of_rerun(words: str, expected: tuple[str, str | None, bool]) -> None:
    read = one_case(words, is_case=is_none_of_ours)
    assert (read.case, read.from_step, read.dry) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("12 corrected", ("12", True, False)),
        ("12 --corrected dry", ("12", True, True)),
        ("order from berlin \u2014Corrected", ("order", True, False)),
        ("corrected", ("corrected", False, False)),
    ],
)
def test_the_words_of_a_rerun_with_a_corrected_input(words: str, expected: tuple[str, bool, bool]) -> None:
    read = one_case(words, is_case=is_none_of_ours)
    assert (read.case, read.corrected, read.dry) == expected


@pytest.mark.parametrize(("words", "stray"), [("12 corected", "corected"), ("12 fom start dry", "fom start")])
def test_words_after_a_case_that_mean_nothing_are_told_apart_from_it(words: str, stray: str) -> None:
    read = one_case(words, is_case=lambda text: text == "12")
    assert (read.case, read.stray) == ("12", stray)
    assert one_case(words, is_case=is_none_of_ours).stray == ""


@pytest.mark.parametrize(
    "key", ["order from berlin", "is corrected", "laundry dry", "a from b dry", "cause 12", "failed orders since 2h"]
)
def test_a_key_that_reads_like_the_command_is_a_key_first(key: str) -> None:
    read = one_case(key, is_case=lambda text: text == key)
    assert (read.case, read.from_step, read.dry) == (key, None, False)
    read = one_case(f"{key} from start dry", is_case=lambda text: text == key)
    assert (read.case, read.from_step, read.dry) == (key, "start", True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sample wrong prices", ("sample", "wrong prices", False)),
        ("sample --deliveries wrong prices", ("sample", "wrong prices", True)),
        ("\u2014deliveries sample wrong prices", ("sample", "wrong prices", True)),
        ("sample the deliveries are late", ("sample", "the deliveries are late", False)),
        ("sample", ("sample", "", False)),
        ("", ("", "", False)),
    ],
)
def test_the_words_of_pause(words: str, expected: tuple[str, str, bool]) -> None:
    read = read_pause(words)
    assert (read.workflow, read.reason, read.deliveries) == expected


@given(st.text())
def test_whatever_is_typed_is_read(words: str) -> None:
    read_rerun(words, is_case=is_none_of_ours)
    read_pause(words)
    assert nearest(words, [one.name for one in COMMANDS]) in (None, *(one.name for one in COMMANDS))
    assert command_called(words) is None or words.lower() in {one.name for one in COMMANDS}


def test_the_command_line_has_the_same_names() -> None:
    """But for a session, which is of a face with forms, and help, which is an option there."""
    there = {
        command.name or command.callback.__name__
        for group in app.registered_groups
        if group.typer_instance is not None
        for command in group.typer_instance.registered_commands
        if command.callback is not None
    } | {group.name for group in app.registered_groups}
    assert {one.name for one in COMMANDS} - there == {"review", "help", "mine"}
