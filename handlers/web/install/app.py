"""The routes of installing: the page of an invitation, and the one to which Slack sends the browser back.

To look at an invitation does not use it up: mail programs and chats look at links, too. A browser is answered under one
name alone, so that a page that points another name here learns nothing.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from handlers.texts import installing as texts
from handlers.texts.installing import Page, Why
from handlers.web.api.rates import Rates
from handlers.web.install.binding import Binding, begun, bound, cookie_name
from handlers.web.install.installing import CALLBACK, Installing, NotInstalled
from handlers.web.install.pages import POLICY, html

log = structlog.get_logger()

PAGES = 240
"""Looks at pages in a minute, by all together."""
EXCHANGES = 60
"""Answers of Slack in a minute that are worked on, by all together."""
_CODE = re.compile(r"[\w.-]{1,300}", re.ASCII)
_ERROR = re.compile(r"[a-z_]{1,60}", re.ASCII)
_LONGEST_QUERY = 2_000
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Connection": "close",
}
_STATUS: Mapping[Why, int] = {
    Why.NO_LINK: 404,
    Why.NO_ANSWER: 502,
    Why.REFUSED: 502,
    Why.NO_DATABASE: 503,
    Why.NOT_KEPT: 503,
}
"""Others are a 400."""
_KEEPS_LINK = frozenset({Why.DENIED, Why.NOT_GRANTED, Why.NOT_UNDERSTOOD, Why.NO_DATABASE})
"""Reasons after which the invitation can still be used."""


class Pages:
    """The application."""

    def __init__(self, installing: Installing, *, url: str, pages: int = PAGES, exchanges: int = EXCHANGES) -> None:
        """Make the routes. `url`: of this server, as browsers see it. `pages`, `exchanges`: other limits."""
        split = urlsplit(url)
        self._installing = installing
        self._host = split.netloc
        self._over_tls = split.scheme == "https"
        self._most = {"page": pages, "exchange": exchanges}
        self._rates = Rates()
        self.app = Starlette(
            routes=[
                Route("/install/{secret}", self._answering(self._invitation), methods=["GET"]),
                Route(CALLBACK, self._answering(self._callback), methods=["GET"]),
            ],
            exception_handlers={404: _nothing_here, 405: _nothing_here},
        )
        self.app.router.redirect_slashes = False

    def _answering(self, route: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Return a route that answers in any case, and tells nobody what went wrong inside."""

        async def answer(request: Request) -> Response:
            hosts = request.headers.getlist("host")
            if [host.lower() for host in hosts] != [self._host]:
                log.warning("install.other_host")
                return _plain(421, "This name leads to no page.")
            try:
                return await route(request)
            except NotInstalled as refused:
                log.warning("install.refused", why=str(refused.why), about=_logged(refused.values))
                return self._not_installed(request, refused)
            except ClientDisconnect:
                return _plain(400, "The request was cut off.")
            except Exception as error:  # noqa: BLE001  # the edge: its words may hold a token, so they go nowhere
                log.error("install.failed", error=type(error).__name__)
                return _plain(500, "It failed here, and whoever runs this server sees why.")

        return answer

    async def _invitation(self, request: Request) -> Response:
        if (late := self._too_many("page")) is not None:
            return late
        secret = request.path_params["secret"]
        found = await run_in_threadpool(self._installing.find, secret)
        if found is None:
            raise NotInstalled(Why.NO_LINK)
        binding = begun(secret, bound(request.cookies, over_tls=self._over_tls))
        named = found.for_workspace
        page = texts.invitation(
            for_workspace=named,
            until=f"{found.until.day} {found.until:%B %Y, %H:%M} UTC",
            is_organisation=named is not None and named.startswith("E"),
        )
        url = self._installing.authorize_url(binding.oauth_state, named)
        response = _page(200, page, act=(url, "Go on to Slack"))
        self._bind(response, binding, seconds=found.seconds)
        return response

    async def _callback(self, request: Request) -> Response:
        if request.method != "GET":
            return _plain(405, "There is nothing here but pages.")
        query = request.url.query
        given = request.query_params
        if len(query) > _LONGEST_QUERY or any(len(given.getlist(name)) > 1 for name in given):
            raise NotInstalled(Why.NOT_UNDERSTOOD)
        binding = bound(request.cookies, over_tls=self._over_tls)
        if binding is None or not binding.fits(given.get("state", "")):
            raise NotInstalled(Why.OTHER_BROWSER)
        error = given.get("error")
        if error is not None:
            if not _ERROR.fullmatch(error):
                raise NotInstalled(Why.NOT_UNDERSTOOD)
            raise NotInstalled(Why.DENIED) if error == "access_denied" else NotInstalled(Why.NOT_GRANTED, code=error)
        code = given.get("code", "")
        if not _CODE.fullmatch(code):
            raise NotInstalled(Why.NOT_UNDERSTOOD)
        if (late := self._too_many("exchange")) is not None:
            return late
        done = await run_in_threadpool(self._installing.install, binding.secret, code)
        page = texts.installed(
            name=done.name,
            workspace=done.workspace,
            is_organisation=done.workspace.startswith("E"),
            is_first=done.is_first,
            missing=done.missing,
        )
        return _page(200, page)

    def _not_installed(self, request: Request, refused: NotInstalled) -> Response:
        page = texts.not_installed(refused.why, refused.values)
        binding = bound(request.cookies, over_tls=self._over_tls)
        again = binding is not None and refused.why in _KEEPS_LINK and request.url.path == CALLBACK
        act = (f"/install/{binding.secret}", "Open the link again") if binding is not None and again else None
        return _page(_STATUS.get(refused.why, 400), page, act=act)

    def _too_many(self, what: str) -> Response | None:
        standing = self._rates.hit(what, most=self._most[what])
        if standing.allowed:
            return None
        log.warning("install.too_many", what=what)
        response = _plain(429, "Too many people look at this at once. Open the link again in a minute.")
        response.headers["Retry-After"] = str(standing.reset)
        return response

    def _bind(self, response: Response, binding: Binding, *, seconds: int) -> None:
        # Slack's redirect comes from another site, which Strict would leave without the cookie. It stays when all is
        # done: whoever loads the last page again is told so.
        response.set_cookie(
            cookie_name(over_tls=self._over_tls),
            binding.cookie,
            max_age=seconds,
            path="/",
            secure=self._over_tls,
            httponly=True,
            samesite="lax",
        )


def _logged(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return what of a refusal may be logged: ids and codes, and no name that somebody typed."""
    return {name: value for name, value in values.items() if name != "name"}


def _page(status: int, page: Page, *, act: tuple[str, str] | None = None) -> Response:
    return Response(html(page, act=act), status, headers=_HEADERS, media_type="text/html")


def _plain(status: int, said: str) -> Response:
    return _page(status, Page(title="Countersign", said=[said]))


def _nothing_here(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return _plain(status, "There is no such page. Open the link that you were sent, whole.")
