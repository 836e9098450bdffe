"""Routes for whoever watches this process: /healthz, is it alive; /readyz, does it do its work; /metrics, in numbers.

Nothing is told but words of our own. Each check runs in a thread that may hang: the answer comes without it, and the
process ends without it.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import BoundedSemaphore, Thread

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Check = Callable[[], bool]
"""Function that tells whether a condition holds; if it raises, it does not."""
_AT_ONCE = 100
"""Most checks of one route that may run, or hang, at once; with more, the answer is no."""


def create_app(
    *,
    alive: Mapping[str, Check],
    ready: Mapping[str, Check],
    told: Mapping[str, Callable[[], int]],
    seconds: float,
    metrics: Route | None = None,
) -> Starlette:
    """Create the application. `alive`, `ready`, `told`: as `answering_health` has them. `seconds`: for a check.

    `metrics`: the route of the numbers; None where there is none.
    """
    app = Starlette(
        routes=[
            _route("/healthz", alive, {}, seconds=seconds),
            _route("/readyz", {**alive, **ready}, told, seconds=seconds),
            *([metrics] if metrics is not None else []),
        ],
        exception_handlers={404: _not_here, 405: _not_offered},
    )
    app.router.redirect_slashes = False
    return app


def _route(path: str, checks: Mapping[str, Check], told: Mapping[str, Callable[[], int]], *, seconds: float) -> Route:
    # Each route has its own: checks of /readyz that hang are no reason to call the process dead.
    free = BoundedSemaphore(_AT_ONCE)

    async def answer(request: Request) -> Response:
        if request.url.query:
            raise HTTPException(404)
        answers = await asyncio.gather(*(_is_so(check, free, seconds=seconds) for check in checks.values()))
        numbers = {name: number() for name, number in told.items()}
        return _said(200 if all(answers) else 503, {**dict(zip(checks, answers, strict=True)), **numbers})

    return Route(path, answer)


async def _is_so(check: Check, free: BoundedSemaphore, *, seconds: float) -> bool:
    """Ask in a thread of its own. asyncio's and anyio's threads are waited for at the end, and this one may hang."""
    if not free.acquire(blocking=False):
        return False
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def tell(is_so: bool) -> None:
        if not answer.done():
            answer.set_result(is_so)

    def ask() -> None:
        try:
            is_so = check()
        except Exception:  # noqa: BLE001  # whatever is wrong with it, it is not so
            is_so = False
        finally:
            free.release()
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, is_so)

    Thread(target=ask, name="health check", daemon=True).start()
    try:
        return await asyncio.wait_for(answer, seconds)
    except TimeoutError:
        return False


def _said(status: int, body: Mapping[str, object]) -> Response:
    # One answer for a connection: the time of a caller is limited by the connection's.
    return JSONResponse(body, status, headers={"Cache-Control": "no-store", "Connection": "close"})


def _not_here(request: Request, error: Exception) -> Response:
    return _said(404, {"error": "there are /healthz, /readyz and, where it is switched on, /metrics"})


def _not_offered(request: Request, error: Exception) -> Response:
    return _said(501, {"error": "only GET is answered here"})
