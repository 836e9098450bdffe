"""Each line of the log says whose it is, also in threads that were started later."""

from threading import Thread

from structlog.contextvars import bound_contextvars, get_contextvars

from workflows.log_context import logging_as_here, pool_of


def test_threads_of_a_pool_log_as_the_one_that_made_it() -> None:
    with bound_contextvars(workspace="T0ONE"):
        pool = pool_of(1, name="sender")
    with pool, bound_contextvars(workspace="T0TWO"):
        assert pool.submit(lambda: dict(get_contextvars())).result() == {"workspace": "T0ONE"}


def test_a_call_logs_as_where_it_was_handed_over_whichever_thread_makes_it() -> None:
    said: list[object] = []
    with bound_contextvars(workspace="T0ONE"):
        call = logging_as_here(lambda: said.append(dict(get_contextvars())))
    thread = Thread(target=call)
    thread.start()
    thread.join()
    call()
    assert said == [{"workspace": "T0ONE"}] * 2
    assert get_contextvars() == {}
