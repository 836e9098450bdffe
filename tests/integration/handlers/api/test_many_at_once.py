"""Many programs hand in at once, and send again what they sent: each case is taken in once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from random import Random

import pytest
from sqlalchemy import text

from tests.integration.handlers.api.served import TICKET, Said, Served

pytestmark = pytest.mark.slow

REQUESTS = 1_000
CONNECTIONS = 32

first = count(100_000)


def test_each_request_that_comes_twice_is_taken_in_once(shared: Served) -> None:
    """Half of them are sent again, at the same moment or later: each pair gets one answer, one of them a replay."""
    numbers = [next(first) for _ in range(REQUESTS // 2)]
    doubled = [*numbers, *numbers]
    Random(1).shuffle(doubled)

    def send(share: int) -> list[tuple[int, Said]]:
        connection = shared.connection()
        answers = [
            (
                number,
                shared.ask(
                    "POST",
                    "/v1/workflows/sample/cases",
                    {"input": TICKET | {"id": number}},
                    headers={"Idempotency-Key": f"order-{number}"},
                    connection=connection,
                ),
            )
            for number in doubled[share::CONNECTIONS]
        ]
        connection.close()
        return answers

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        answers = [answer for share in threads.map(send, range(CONNECTIONS)) for answer in share]
    assert Counter(answer.status for _, answer in answers) == {202: len(doubled)}
    replayed = Counter(number for number, answer in answers if "idempotent-replayed" in answer.headers)
    assert replayed == Counter(numbers)
    bodies = {(number, answer.body) for number, answer in answers}
    assert len(bodies) == len(numbers)
    kept = text("SELECT key, count(*) FROM cases WHERE key >= :first AND key <= :last GROUP BY key")
    bounds = {"first": f"ticket-{numbers[0]}", "last": f"ticket-{numbers[-1]}"}
    with shared.world.database.read() as session:
        assert dict(map(tuple, session.execute(kept, bounds))) == {f"ticket-{number}": 1 for number in numbers}
        runs = session.scalar(
            text("SELECT count(*) FROM runs JOIN cases ON cases.id = case_id WHERE key >= :first"), bounds
        )
    assert runs == len(numbers)
