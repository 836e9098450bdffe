"""Installing in workspaces of the sandbox, from the link to the row: what is granted is looked at before it is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from re import findall, search
from threading import Thread

import httpx2
import pytest
import structlog
from pydantic import JsonValue, SecretStr
from structlog.testing import capture_logs

from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.installs import CLIENT_ID, CLIENT_SECRET
from bot.sandbox.state.sandbox import BOT_TOKEN, Sandbox
from bot.sandbox.state.workspace import Team, Workspace, default_workspace
from bot.serve.install import install_server_of
from bot.settings import Settings
from bot.slack.installing.installer import add
from bot.slack.installing.oauth import revoke
from bot.slack.installing.token_vault import TokenKeys, new_key
from handlers.slack.manifest import manifest_file
from handlers.texts.installing import Why
from handlers.web.install.installing import NotInstalled
from store.db.database import Database
from store.states import InstallationEnd
from tests.ports import free_port
from tests.waiting import wait_until
from workflows.engine.case import installations, invitations
from workflows.engine.case.installations import Installed
from workflows.engine.errors import Refused

HOUR = timedelta(hours=1)


def workspace(id: str, name: str, *, enterprise: str | None = None, whole: bool = False) -> Workspace:
    found = default_workspace(manifest_file())
    found.team = Team(id=id, name=name, domain=name.lower(), enterprise=enterprise)
    found.app.org_wide = whole
    return found


@pytest.fixture(scope="module")
def slack() -> Iterator[Running]:
    """Two workspaces and an organisation, in which the app is not installed yet."""
    first = Sandbox(workspace("T0ONE", "One"), rate_limited=False)
    Sandbox(workspace("T0TWO", "Two"), beside=first, rate_limited=False)
    Sandbox(workspace("T0PART", "Part", enterprise="E0WHOLE", whole=True), beside=first, rate_limited=False)
    with serving(first) as running:
        yield running


@pytest.fixture(autouse=True)
def as_at_first(slack: Running) -> None:
    for one in (slack, *slack.beside):
        one.reset()


@dataclass
class Server:
    """The pages of installing, and a browser."""

    settings: Settings
    database: Database
    keys: TokenKeys

    def invited(self, for_workspace: str | None = None, *, lasts: timedelta = HOUR) -> str:
        """The link of a new invitation."""
        made = invitations.invite(
            self.database, for_workspace=for_workspace, lasts=lasts, by="cli:ana", at=datetime.now(UTC)
        )
        return f"{self.settings.install_url}/install/{made.secret}"

    def at_slack(self, link: str, browser: httpx2.Client) -> str:
        """Slack's page, where the button of a link leads."""
        page = browser.get(link)
        assert page.status_code == 200
        (url,) = findall(r'class="act" href="([^"]+)"', page.text)
        return browser.get(unescape(url)).raise_for_status().text

    def answer_of(self, link: str, press: str) -> str:
        """The address to which Slack sends the browser back; the page there is not opened."""
        with browsing() as browser:
            return str(browser.get(self._pressed(self.at_slack(link, browser), press)).headers["location"])

    def install(self, link: str, press: str) -> httpx2.Response:
        """Open a link, press a button at Slack, and see the page that follows."""
        with browsing() as browser:
            pressed = browser.get(self._pressed(self.at_slack(link, browser), press))
            return browser.get(pressed.headers["location"])

    def _pressed(self, page: str, press: str) -> str:
        found = search(rf'<a href="([^"]+)">{press}</a>', page)
        assert found is not None, page
        return self.settings.slack_api_url.removesuffix("/api/") + unescape(found[1])

    @property
    def standing(self) -> dict[str, Installed]:
        return {one.workspace: one for one in installations.of_all(self.database) if one.ended_at is None}

    def token_of(self, workspace: str) -> str:
        sealed = self.standing[workspace].sealed_token
        assert sealed is not None
        return self.keys.vault.open(workspace, sealed)


@contextmanager
def browsing() -> Iterator[httpx2.Client]:
    with httpx2.Client(trust_env=False, timeout=30.0) as browser:
        yield browser


@pytest.fixture
def server(slack: Running, migrated_sqlite_url: str) -> Iterator[Server]:
    port = free_port()
    settings = Settings(
        database_url=migrated_sqlite_url,
        token_keys=SecretStr(new_key()),
        install=f"127.0.0.1:{port}",
        install_url=f"http://127.0.0.1:{port}",
        SLACK_CLIENT_ID=CLIENT_ID,
        SLACK_CLIENT_SECRET=SecretStr(CLIENT_SECRET),
        SLACK_API_URL=slack.api_url,
    )
    database, keys = Database(migrated_sqlite_url), TokenKeys(settings)
    pages = install_server_of(settings, database, keys, clock=lambda: datetime.now(UTC))
    assert pages is not None
    with pages.answering():
        yield Server(settings=settings, database=database, keys=keys)
    database.close()


def test_a_workspace_is_installed_and_another_one_beside_it(server: Server) -> None:
    page = server.install(server.invited(), "Allow in One")
    assert page.status_code == 200, page.text
    assert "Countersign is installed in One" in page.text
    server.install(server.invited("T0TWO"), "Allow in Two").raise_for_status()
    one, two = server.standing["T0ONE"], server.standing["T0TWO"]
    assert (one.name, one.installed_by, one.granted.app_id) == ("One", "U0MARIA", "A0SANDBOX")
    assert (one.granted.bot_user, one.granted.bot_id, one.granted.is_whole) == ("U0BOT", "B0BOT", False)
    assert one.team != two.team
    assert (server.token_of("T0ONE"), server.token_of("T0TWO")) == (BOT_TOKEN, f"{BOT_TOKEN}-T0TWO")


def test_a_link_for_one_workspace_offers_that_alone_and_takes_no_other(server: Server) -> None:
    link = server.invited("T0TWO")
    with browsing() as browser:
        offered = server.at_slack(link, browser)
    assert ("Allow in Two" in offered, "Allow in One" in offered) == (True, False)
    with browsing() as browser:
        offered = server.at_slack(link, browser)
        # Whoever changes the address of Slack's page chooses another one.
        changed = server._pressed(offered, "Allow in Two").replace("team=T0TWO", "team=T0ONE")
        page = browser.get(browser.get(changed).headers["location"])
    assert page.status_code == 400
    assert "You chose One (T0ONE), and the link is for T0TWO alone." in page.text
    assert server.standing == {}


def test_an_organisation_as_a_whole_is_known_by_its_own_id(server: Server) -> None:
    server.install(server.invited("E0WHOLE"), "Allow in Part").raise_for_status()
    (one,) = server.standing.values()
    assert (one.workspace, one.granted.enterprise_id, one.granted.is_whole) == ("E0WHOLE", "E0WHOLE", True)
    page = server.install(server.invited("T0PART"), "Allow in Part")
    assert "the link is for T0PART alone" in page.text, "the whole is more than was invited"


def test_an_answer_of_slack_is_worked_on_once(server: Server) -> None:
    link = server.invited()
    with browsing() as browser:
        back = browser.get(server._pressed(server.at_slack(link, browser), "Allow in One")).headers["location"]
        statuses: list[int] = []
        cookies = dict(browser.cookies)

        def come_back() -> None:
            with browsing() as again:
                statuses.append(
                    again.get(back, headers={"cookie": "; ".join(map("=".join, cookies.items()))}).status_code
                )

        threads = [Thread(target=come_back) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200, 404, 404, 404]
        assert browser.get(link).status_code == 404
    assert server.standing["T0ONE"].turn == 1


def test_another_browser_cannot_go_on(server: Server) -> None:
    back = server.answer_of(server.invited(), "Allow in One")
    with browsing() as other:
        page = other.get(back)
        assert page.status_code == 400
        assert "Begin again from the link" in page.text
    assert server.standing == {}


def test_who_presses_cancel_has_installed_nothing_and_may_come_back(server: Server) -> None:
    link = server.invited()
    page = server.install(link, "Cancel")
    assert page.status_code == 400
    assert "Nothing was installed" in page.text
    server.install(link, "Allow in One").raise_for_status()


def test_a_link_whose_time_is_over_does_not_work(server: Server) -> None:
    made = invitations.invite(
        server.database, for_workspace=None, lasts=HOUR, by="cli:ana", at=datetime.now(UTC) - 2 * HOUR
    )
    with browsing() as browser:
        assert browser.get(f"{server.settings.install_url}/install/{made.secret}").status_code == 404


REFUSED: list[tuple[dict[str, JsonValue], str]] = [
    ({"refresh_token": "xoxe-1-planted", "expires_in": 43_200}, "The app has token rotation switched on"),
    ({"expires_in": 43_200}, "The app has token rotation switched on"),
    ({"authed_user": {"id": "U0MARIA", "access_token": "xoxp-planted"}}, "Slack granted rights of yours, too"),
    ({"token_type": "user", "access_token": "xoxp-planted"}, "Slack gave no token of a bot"),
    ({"access_token": None}, "Slack gave no token of a bot"),
    ({"scope": "commands,users:read"}, "Slack did not grant chat:write, usergroups:read"),
    ({"team": None}, "Slack did not answer"),
    ({"team": {"id": "../../x", "name": "x"}}, "Slack did not answer"),
    ({"app_id": 7}, "Slack did not answer"),
    # A token of another workspace than the answer says.
    ({"access_token": f"{BOT_TOKEN}-T0TWO"}, "Slack did not answer"),
    ({"access_token": "xoxb-unknown"}, "Slack&#x27;s word for it is invalid_auth"),
]


def test_what_slack_grants_is_looked_at_before_anything_is_kept(server: Server, slack: Running) -> None:
    for also, said in REFUSED:
        slack.administrator.answer_exchange(**also)
        page = server.install(server.invited(), "Allow in One")
        assert page.status_code >= 400, also
        assert said in page.text, (also, page.text)
        assert "planted" not in page.text
        assert server.standing == {}, also


def test_an_app_beside_the_one_that_is_installed_is_refused(server: Server, slack: Running) -> None:
    server.install(server.invited(), "Allow in One").raise_for_status()
    slack.administrator.answer_exchange(app_id="A0OTHER")
    page = server.install(server.invited(), "Allow in Two")
    assert "Slack installed the app A0OTHER, and this server works for the app A0SANDBOX." in page.text
    assert set(server.standing) == {"T0ONE"}
    slack.administrator.answer_exchange(app_id="A0OTHER")
    server.install(server.invited(), "Allow in One").raise_for_status()


def test_optional_scopes_may_be_missing_and_are_named(server: Server, slack: Running) -> None:
    slack.administrator.set_scopes(["chat:write", "commands", "usergroups:read", "users:read", "files:read"])
    page = server.install(server.invited(), "Allow in One")
    assert page.status_code == 200, page.text
    assert "files:write" in page.text
    assert "files:read" not in page.text
    assert server.standing["T0ONE"].granted.scopes == "chat:write,commands,files:read,usergroups:read,users:read"


def test_the_app_that_was_removed_is_installed_again_with_another_token(server: Server, slack: Running) -> None:
    server.install(server.invited(), "Allow in One").raise_for_status()
    former = server.standing["T0ONE"]
    slack.administrator.remove_app()
    installations.end(
        server.database, team=former.team, why=InstallationEnd.UNINSTALLED, at=datetime.now(UTC), turn=former.turn
    )
    assert server.standing == {}
    page = server.install(server.invited("T0ONE"), "Allow in One")
    assert "again; what was there before goes on" in page.text
    assert (server.standing["T0ONE"].team, server.standing["T0ONE"].turn) == (former.team, 3)
    assert server.token_of("T0ONE") == f"{BOT_TOKEN}.1"


def test_a_slack_that_does_not_answer_installs_nothing(server: Server, slack: Running) -> None:
    for method in ("oauth.v2.access", "auth.test"):
        for kind in ("server_error", "dropped", "executed_then_dropped", "ok_false_ratelimited"):
            slack.administrator.fault(kind, method=method)
            page = server.install(server.invited(), "Allow in One")
            assert (page.status_code, "Slack did not answer" in page.text) == (502, True), (method, kind)
    assert server.standing == {}


def test_wrong_credentials_of_the_app_are_told_as_a_code(server: Server, slack: Running) -> None:
    slack.administrator.fault("refused", method="oauth.v2.access", error="bad_client_secret")
    page = server.install(server.invited(), "Allow in One")
    assert (page.status_code, "Slack&#x27;s word for it is bad_client_secret" in page.text) == (502, True)


def test_no_log_holds_a_secret(server: Server, slack: Running, capfd: pytest.CaptureFixture[str]) -> None:
    """A28: the secret of the link, the state, the code, the token and the app's secret."""
    structlog.reset_defaults()
    link = server.invited()
    with browsing() as browser, capture_logs() as logs:
        back = browser.get(server._pressed(server.at_slack(link, browser), "Allow in One")).headers["location"]
        browser.get(back).raise_for_status()
        browser.get(back)
        for also, _ in REFUSED:
            slack.administrator.answer_exchange(**also)
            server.install(server.invited(), "Allow in One")
    said = f"{logs} {capfd.readouterr()}"
    assert "workspace.installed" in said
    assert "install.refused" in said
    state, code = (search(rf"{name}=([^&]+)", back) for name in ("state", "code"))
    assert state is not None
    assert code is not None
    for secret in (link.rpartition("/")[2], state[1], code[1], BOT_TOKEN, "planted", CLIENT_SECRET):
        assert secret not in said


def test_an_operator_adds_a_workspace_by_its_token(server: Server, slack: Running) -> None:
    def added(token: str) -> str:
        now = datetime.now(UTC)
        return add(server.database, server.keys, token, api_url=slack.api_url, by="cli:ana", at=now).workspace

    assert (added(BOT_TOKEN), added(f"{BOT_TOKEN}-T0PART")) == ("T0ONE", "E0WHOLE")
    assert server.token_of("T0ONE") == BOT_TOKEN
    assert server.standing["T0ONE"].granted.app_id == "A0SANDBOX"
    for token, why in (("xapp-sandbox", Why.NO_BOT), ("xoxb-unknown", Why.REFUSED)):
        with pytest.raises(NotInstalled) as refused:
            added(token)
        assert refused.value.why is why
    slack.administrator.set_scopes(["chat:write", "users:read"])
    with pytest.raises(NotInstalled) as refused:
        added(BOT_TOKEN)
    assert refused.value.why is Why.MISSING_SCOPES


def test_a_token_that_is_ended_at_slack_opens_nothing_any_more(server: Server, slack: Running) -> None:
    server.install(server.invited(), "Allow in Two").raise_for_status()
    token = server.token_of("T0TWO")
    revoke(token, api_url=slack.api_url)
    wait_until(lambda: slack.beside[0].sandbox.bot_token_revoked)
    revoke(token, api_url=slack.api_url)  # one that is gone already is no error
    slack.beside[0].administrator.fault("refused", method="auth.revoke", error="internal_error")
    with pytest.raises(Refused, match="internal_error"):
        revoke(token, api_url=slack.api_url)
