"""The other system that an error is about."""

import httpx2
import pytest

from workflows import TryAgain
from workflows.engine.causes.dependencies import dependency_of

ASKED = httpx2.Request("GET", "https://desk.example.com:8443/x")


class Awkward(Exception):
    """An error of somebody else's, whose property raises."""

    @property
    def request(self) -> object:
        raise RuntimeError("none was sent")


def raised_from(behind: Exception) -> Exception:
    error = ValueError("it did not work")
    error.__cause__ = behind
    return error


def named(name: str) -> Exception:
    error = TryAgain("later")
    error.dependency = name
    return error


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (named("help desk"), "help desk"),
        (raised_from(named("help desk")), "help desk"),
        (
            httpx2.ConnectError("no", request=ASKED),
            "desk.example.com",
        ),
        (httpx2.ConnectError("no"), None),
        (TryAgain("later"), None),
        (Awkward(), None),
        (ValueError("x"), None),
    ],
)
def test_it_is_named_by_a_tool_or_by_the_url_that_was_asked(error: Exception, name: str | None) -> None:
    assert dependency_of(error) == name
