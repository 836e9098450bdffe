"""The pages of installing: a look uses nothing up, the browser that began alone goes on, and nothing shown acts."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from re import findall
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.slack.access.scopes import asked_for
from handlers.texts.installing import USED_FOR, Why
from handlers.web.install.app import EXCHANGES, Pages
from handlers.web.install.installing import CALLBACK, Done, Invitation, NotInstalled

URL = "https://countersign.example"
SECRET, OTHER = "s" * 43, "o" * 43
COOKIE = "__Host-countersign-install"
BAIT = "<script>alert(1)</script>\"'&"


@dataclass(kw_only=True)
class Kept:
    """Invitations that are kept in memory, and a Slack that agrees to everything."""

    secrets: set[str] = field(default_factory=lambda: {SECRET, OTHER})
    for_workspace: str | None = None
    refuses: NotInstalled | None = None
    name: str = "Acme"
    installed: list[str] = field(default_factory=list)

    def find(self, secret: str) -> Invitation | None:
        if secret not in self.secrets:
            return None
        until = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
        return Invitation(
            for_workspace=self.for_workspace, until=until, seconds=int(timedelta(hours=1).total_seconds())
        )

    def authorize_url(self, oauth_state: str, for_workspace: str | None) -> str:
        return f"https://slack.example/authorize?{urlencode({'state': oauth_state, 'team': for_workspace or ''})}"

    def install(self, secret: str, code: str) -> Done:
        if self.refuses is not None:
            raise self.refuses
        if secret not in self.secrets:
            raise NotInstalled(Why.NO_LINK)
        self.secrets.remove(secret)
        self.installed.append(code)
        return Done(workspace="T0ONE", name=self.name, is_first=True)


class Browser:
    """A browser, with its cookies."""

    def __init__(self, pages: Pages) -> None:
        transport = httpx2.ASGITransport(app=pages.app, raise_app_exceptions=True)
        self._client = httpx2.AsyncClient(transport=transport, base_url=URL)

    def get(self, path: str, *, method: str = "GET", **headers: str) -> httpx2.Response:
        return asyncio.run(self._client.request(method, path, headers=headers))

    def begun(self, secret: str = SECRET) -> str:
        """Open a link; returns the state with which the button leads to Slack."""
        (url,) = findall(r'href="(https://slack[^"]+)"', self.get(f"/install/{secret}").text)
        (state,) = parse_qs(urlsplit(unescape(url)).query)["state"]
        return state

    def sent_back(self, **query: str) -> httpx2.Response:
        return self.get(f"{CALLBACK}?{urlencode(query)}")


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def pages(kept: Kept) -> Pages:
    return Pages(kept, url=URL)


@pytest.fixture
def browser(pages: Pages) -> Browser:
    return Browser(pages)


def test_a_person_sees_what_is_asked_for_and_installs_it(browser: Browser, kept: Kept) -> None:
    page = browser.get(f"/install/{SECRET}")
    assert page.status_code == 200
    assert "Go on to Slack" in page.text
    assert "until 1 December 2026, 12:00 UTC" in page.text
    assert all(f'<span class="what">{scope}</span>' in page.text for scope in USED_FOR)
    done = browser.sent_back(state=browser.begun(), code="1.2.abc")
    assert (done.status_code, kept.installed) == (200, ["1.2.abc"])
    assert "Countersign is installed in Acme" in done.text
    again = browser.get(done.url.raw_path.decode())
    assert (again.status_code, "If you have just installed Countersign with it, all is done." in again.text) == (
        404,
        True,
    )


def test_the_words_about_scopes_are_those_of_the_manifest() -> None:
    asked = asked_for()
    assert set(USED_FOR) == {*asked.required, *asked.optional}


def test_looks_use_nothing_up(browser: Browser, kept: Kept) -> None:
    """A mail program, a chat that shows a preview and a browser that loads ahead all look at links."""
    assert browser.get(f"/install/{SECRET}", method="HEAD").status_code == 200
    assert browser.get(f"/install/{SECRET}", purpose="prefetch").status_code == 200
    state = browser.begun()
    looked = browser.get(f"{CALLBACK}?{urlencode({'state': state, 'code': '1.2.abc'})}", method="HEAD")
    assert looked.status_code == 405
    assert (kept.secrets, kept.installed) == ({SECRET, OTHER}, [])


def test_the_state_tells_nobody_the_invitation_and_the_cookie_stays_with_this_server(browser: Browser) -> None:
    page = browser.get(f"/install/{SECRET}")
    (url,) = findall(r'href="(https://slack[^"]+)"', page.text)
    assert SECRET not in url
    attributes = page.headers["set-cookie"].lower()
    assert attributes.startswith(f"{COOKIE.lower()}={SECRET}.")
    for attribute in ("httponly", "secure", "samesite=lax", "path=/", "max-age=3600"):
        assert attribute in attributes
    assert "domain" not in attributes


def test_an_answer_of_slack_is_taken_from_the_browser_that_began_alone(pages: Pages, kept: Kept) -> None:
    victim, attacker = Browser(pages), Browser(pages)
    prepared = attacker.begun()
    refused = victim.sent_back(state=prepared, code="1.2.victim")
    assert refused.status_code == 400
    assert "Begin again from the link" in refused.text
    victim.begun(OTHER)
    assert victim.sent_back(state=prepared, code="1.2.victim").status_code == 400
    assert kept.installed == []


def test_a_page_that_is_open_twice_works_in_both_tabs(browser: Browser, kept: Kept) -> None:
    first, second = browser.begun(), browser.begun()
    assert first == second
    assert browser.sent_back(state=first, code="1.2.abc").status_code == 200
    again = browser.sent_back(state=second, code="1.2.abd")
    assert (again.status_code, kept.installed) == (404, ["1.2.abc"])


def test_another_link_in_the_same_browser_begins_anew(browser: Browser, kept: Kept) -> None:
    former = browser.begun(SECRET)
    browser.begun(OTHER)
    assert browser.sent_back(state=former, code="1.2.abc").status_code == 400
    assert browser.sent_back(state=browser.begun(SECRET), code="1.2.abc").status_code == 200


def test_who_pressed_cancel_may_go_on_later(browser: Browser, kept: Kept) -> None:
    refused = browser.sent_back(state=browser.begun(), error="access_denied")
    assert refused.status_code == 400
    assert "Cancel was pressed at Slack." in refused.text
    assert f'href="/install/{SECRET}"' in refused.text
    assert browser.sent_back(state=browser.begun(), code="1.2.abc").status_code == 200


def test_a_link_that_is_used_up_says_so(browser: Browser) -> None:
    for secret in ("n" * 43, "short", "%00", "..%2f..", BAIT):
        page = browser.get(f"/install/{secret}")
        assert page.status_code == 404
        assert "set-cookie" not in page.headers
        assert "<script" not in page.text


def test_what_slack_or_an_attacker_names_is_shown_and_does_nothing(browser: Browser, kept: Kept) -> None:
    kept.name = BAIT
    done = browser.sent_back(state=browser.begun(), code="1.2.abc")
    assert "<script" not in done.text
    assert "&lt;script&gt;" in done.text
    kept.refuses = NotInstalled(Why.OTHER_WORKSPACE, name=BAIT, workspace="T0ONE", wanted="T0TWO")
    refused = browser.sent_back(state=browser.begun(OTHER), code="1.2.abc")
    assert "<script" not in refused.text
    reflected = browser.sent_back(state=BAIT, error=BAIT, code=BAIT)
    assert "alert" not in reflected.text


@pytest.mark.parametrize("why", Why)
def test_each_refusal_says_what_it_is_about_and_what_to_do(kept: Kept, why: Why) -> None:
    values = {"name": "Acme", "workspace": "T0ONE", "wanted": "T0TWO", "app": "A1", "scopes": "commands", "code": "x_y"}
    kept.refuses = NotInstalled(why, **values)
    browser = Browser(Pages(kept, url=URL))
    page = browser.sent_back(state=browser.begun(), code="1.2.abc")
    assert 400 <= page.status_code < 600
    assert "{" not in page.text.split("<body>")[1]
    assert any(words in page.text for words in ("Open the link", "whoever sent", "The link still works"))


def test_every_answer_keeps_to_itself(browser: Browser) -> None:
    answers = [
        browser.get(f"/install/{SECRET}"),
        browser.get("/install/x"),
        browser.get("/"),
        browser.get(CALLBACK),
        browser.get(f"/install/{SECRET}", method="POST"),
        browser.get(f"/install/{SECRET}", host="evil.example"),
    ]
    for answer in answers:
        headers = answer.headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_another_name_is_answered_nothing(browser: Browser, kept: Kept) -> None:
    """A page that points its own name at this server would be let in by a browser otherwise."""
    for host in ("evil.example", "countersign.example.evil.example", "countersign.example:8482", "127.0.0.1"):
        answer = browser.get(f"/install/{SECRET}", host=host)
        assert answer.status_code == 421
        assert "set-cookie" not in answer.headers
        assert "slack.example" not in answer.text
    assert browser.get(f"/install/{SECRET}", host="Countersign.Example").status_code == 200


def test_too_many_looks_are_put_off_and_do_not_keep_an_answer_of_slack_out(kept: Kept) -> None:
    browser = Browser(Pages(kept, url=URL, pages=2))
    state = browser.begun()
    browser.begun()
    late = browser.get(f"/install/{SECRET}")
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) >= 1
    assert browser.sent_back(state=state, code="1.2.abc").status_code == 200


def test_exchanges_are_bounded_and_one_that_is_put_off_uses_nothing_up(kept: Kept) -> None:
    browser = Browser(Pages(kept, url=URL, exchanges=0))
    assert browser.sent_back(state=browser.begun(), code="1.2.abc").status_code == 429
    assert SECRET in kept.secrets
    assert EXCHANGES > 0


def test_whatever_comes_back_is_refused_unless_it_fits(browser: Browser, kept: Kept) -> None:
    queries = st.dictionaries(st.sampled_from(["state", "code", "error"]), st.text(max_size=40), max_size=3)
    values = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=";,"))

    @settings(max_examples=20)
    @given(query=queries, cookie=st.one_of(st.none(), values), twice=st.booleans())
    def refused(query: Mapping[str, str], cookie: str | None, twice: bool) -> None:
        text = urlencode(query, errors="replace")
        headers = {} if cookie is None else {"cookie": f"{COOKIE}={cookie}"}
        assert browser.get(f"{CALLBACK}?{text}&{text if twice else ''}", **headers).status_code == 400

    refused()
    assert kept.installed == []


def test_the_style_is_the_one_that_the_policy_lets_in(browser: Browser) -> None:
    answer = browser.get(f"/install/{SECRET}")
    (style,) = findall(r"(?s)<style>(.*?)</style>", answer.text)
    assert (
        f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in answer.headers["content-security-policy"]
    )
