"""F67, A32: a pattern over text that nobody has vouched for comes to an end, and holds nobody up meanwhile."""

import time
from threading import Event, Thread

import pytest

from workflows.errors import BadDeclaration, TooSlow
from workflows.model.envelope import Unreadable, _parsed
from workflows.tools.patterns import pattern

UNLUCKY = "a" * 60 + "b"


def test_it_finds_what_re_would_find() -> None:
    number = pattern(r"\d+")
    text = "a1b22"
    found = number.search(text)
    assert found is not None
    assert found[0] == "1"
    assert number.match(text) is None
    assert number.fullmatch("22") is not None
    assert number.findall(text) == ["1", "22"]
    assert [match.span() for match in number.matches(text)] == [(1, 2), (3, 5)]
    assert number.sub("#", text) == "a#b#"
    assert number.sub(lambda match: str(len(match[0])), text) == "a1b2"
    assert number.split(text) == ["a", "b", ""]
    assert pattern("INVOICE", ignore_case=True).search("Invoice") is not None


@pytest.mark.parametrize("call", ["search", "match", "fullmatch", "findall", "matches", "split"])
def test_an_unlucky_text_is_too_slow_for_it_in_words_that_tell_nothing_of_it(call: str) -> None:
    catastrophic = pattern(r"(?:a|aa)+$", seconds=0.05)
    with pytest.raises(TooSlow, match=r"^a pattern did not finish within 0\.05 s$"):
        getattr(catastrophic, call)(UNLUCKY)


@pytest.mark.slow
def test_other_threads_run_while_it_searches() -> None:
    begun, slow = Event(), []

    def search() -> None:
        begun.set()
        try:
            pattern(r"(?:a|aa)+$", seconds=1).search(UNLUCKY)
        except TooSlow as error:
            slow.append(error)

    searching = Thread(target=search)
    searching.start()
    begun.wait()
    ran = 0
    while searching.is_alive():
        time.sleep(0.001)
        ran += 1
    assert slow
    assert ran > 2, "they ran before and after it"


def test_what_is_no_pattern_is_said_when_it_is_declared() -> None:
    with pytest.raises(BadDeclaration, match=r"'\(' is not a pattern"):
        pattern("(")


def test_a_fenced_reply_full_of_spaces_is_read_at_once() -> None:
    """A pattern for the fence took 85 seconds for 4,000 spaces, and longer by the cube of more."""
    start = time.process_time()
    with pytest.raises(Unreadable):
        _parsed("```" + " " * 200_000 + "x")
    assert time.process_time() - start < 20
    fenced, bare = '```json\n{"answer": 1}\n```', '{"answer": 1}'
    assert _parsed(fenced) == _parsed(bare) == {"answer": 1}
