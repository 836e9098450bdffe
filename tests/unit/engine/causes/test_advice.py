"""Advice about reruns: by the type of the error, until the reruns themselves say more."""

import pytest

from workflows.engine.causes.advice import Advice, advice, is_offered


@pytest.mark.parametrize(
    "error",
    [
        "TryAgain",
        "NotConfirmed",
        "TimeoutError",
        "ReadTimeout",
        "ConnectTimeout",
        "APITimeoutError",
        "TimedOut",
        "ConnectionError",
        "ConnectionResetError",
        "ConnectError",
        "APIConnectionError",
        "RateLimitError",
        "OverloadedError",
        "ServiceUnavailable",
        "RemoteProtocolError",
    ],
)
def test_errors_of_networks_and_of_busy_systems_mostly_pass(error: str) -> None:
    assert advice(error, through=0, back=0) is Advice.BY_TYPE


@pytest.mark.parametrize("error", ["ValueError", "NotDone", "OutputBroken", "KeyError", "TimeLimitPassed", "Drifted"])
def test_of_other_errors_nothing_is_known(error: str) -> None:
    assert advice(error, through=0, back=0) is None
    assert not is_offered(advice(error, through=2, back=0)), "two reruns say little"


@pytest.mark.parametrize(
    ("through", "back", "expected"),
    [
        (41, 2, Advice.HELPS),
        (3, 0, Advice.HELPS),
        (3, 1, Advice.HELPS),
        (2, 1, Advice.MIXED),
        (2, 2, Advice.MIXED),
        (1, 3, Advice.IN_VAIN),
        (0, 3, Advice.IN_VAIN),
        (0, 12, Advice.IN_VAIN),
    ],
)
@pytest.mark.parametrize("error", ["ValueError", "TryAgain"])
def test_what_became_of_reruns_says_more_than_the_type(error: str, through: int, back: int, expected: Advice) -> None:
    assert advice(error, through=through, back=back) is expected
    assert is_offered(expected) is (expected is Advice.HELPS)
