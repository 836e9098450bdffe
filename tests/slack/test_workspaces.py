"""One process, several workspaces: each is begun, stopped and broken alone. A10"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.request import urlopen

import pytest
from pydantic import JsonValue

from bot.app import App, now, opened
from bot.sandbox.http.running_sandbox import Running
from bot.serve.workspaces import State
from bot.slack.installing.installations import rotate
from bot.slack.installing.token_vault import TokenKeys, new_key
from store import schema
from store.states import RunState
from tests.integration.bot.commandline import LONGEST, CommandLine
from tests.integration.bot.parcels import FOLDER
from tests.integration.bot.test_api_server import asked
from tests.ports import free_port
from tests.slack.several import FIRST, SECOND, Served, Several, sandboxes, submit
from tests.waiting import wait_until
from workflows.engine.case.installations import of_all
from workflows.engine.read.history import case_view
from workflows.engine.sources.programs import api_sources, keys

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def slack() -> Iterator[Mapping[str, Running]]:
    with sandboxes(SECOND) as running:
        yield running


@pytest.fixture
def several(
    slack: Mapping[str, Running], tmp_path: Path, migrated_sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> Several:
    for running in slack.values():
        running.reset()
    monkeypatch.setenv(FOLDER, str(tmp_path))
    folder = tmp_path / "workspaces"
    folder.mkdir()
    several = Several(slack=slack, folder=folder, url=migrated_sqlite_url)
    several.install(FIRST, SECOND)
    return several


def until_delivered(app: App, case: int) -> None:
    wait_until(lambda: case_view(app.context, case).newest.state == RunState.DELIVERED)


def test_cases_and_clicks_of_each_workspace_stay_in_it(several: Several) -> None:
    with several.served() as served:
        apps = {id: served.app(id) for id in (FIRST, SECOND)}
        cases = {id: submit(app, number, f"unsure {id}") for number, (id, app) in enumerate(apps.items(), 1)}
        for id, app in apps.items():
            assert several.approve(id, id)
            until_delivered(app, cases[id])
        for id, other in ((FIRST, SECOND), (SECOND, FIRST)):
            assert not any(other in f"{card.text} {card.blocks}" for card in several.cards(id))
    assert served.done


def test_a_workspace_that_is_uninstalled_ends_alone_and_goes_on_after_a_reinstallation(several: Several) -> None:
    with several.served() as served:
        first, second = served.app(FIRST), served.app(SECOND)
        waiting = submit(second, 1, "unsure first-card")
        several.card(SECOND, "first-card")
        several.slack[SECOND].administrator.remove_app()
        wait_until(lambda: SECOND not in served.workspaces.apps())
        (ended,) = [one for one in of_all(first.context.database) if one.workspace == SECOND]
        assert ended.sealed_token is None
        # A message that is refused in between says so first.
        assert ended.ended_why in ("uninstalled", "revoked")
        left = submit(second, 2, "unsure second-card")
        # The other one is served all the time.
        case = submit(first, 3, "unsure elsewhere")
        assert several.approve(FIRST, "elsewhere")
        until_delivered(first, case)
        assert case_view(second.context, left).newest.state == RunState.READY
        reinstalled(several, SECOND)
        again = served.app(SECOND)
        for number, said in ((waiting, "first-card"), (left, "second-card")):
            assert several.approve(SECOND, said)
            until_delivered(again, number)
        actions = [row.action for row in rows_of(served, schema.AuditRow, again.context.team)]
        assert [one for one in actions if one.startswith("workspace.")] == [
            "workspace.installed",
            "workspace.ended",
            "workspace.installed_again",
        ]


def test_one_that_is_uninstalled_after_its_key_was_replaced_and_removed_ends(several: Several, tmp_path: Path) -> None:
    """It was begun with a token that the former key had encrypted."""
    file = tmp_path / "token.keys"
    file.write_text(several.keys)
    with several.served(token_keys=None, token_keys_file=file) as served:
        first, _ = served.app(FIRST), served.app(SECOND)
        file.write_text(f"{new_key()}\n{several.keys}\n")
        keys = TokenKeys(several.settings(token_keys=None, token_keys_file=file))
        assert rotate(first.context.database, keys, by="cli:ana", at=now()).anew == 2
        file.write_text(file.read_text().splitlines()[0])
        several.slack[SECOND].administrator.remove_app()
        wait_until(lambda: SECOND not in served.workspaces.apps())
        (ended,) = [one for one in of_all(first.context.database) if one.workspace == SECOND]
        assert ended.sealed_token is None
        # A message that is refused in between says so first.
        assert ended.ended_why in ("uninstalled", "revoked")


def test_a_refused_token_ends_its_installation_alone(several: Several) -> None:
    with several.served() as served:
        first, second = served.app(FIRST), served.app(SECOND)
        several.slack[SECOND].administrator.revoke_token()
        submit(second, 1)
        wait_until(lambda: SECOND not in served.workspaces.apps())
        (ended,) = [one for one in of_all(first.context.database) if one.workspace == SECOND]
        assert ended.ended_why == "revoked"
        assert served.app(FIRST) is first


def test_an_event_about_a_token_that_still_works_ends_nothing(several: Several) -> None:
    with several.served() as served:
        first = served.app(FIRST)
        kinds: tuple[Literal["app_uninstalled", "tokens_revoked"], ...] = ("app_uninstalled", "tokens_revoked")
        for kind in kinds:
            assert several.slack[FIRST].administrator.send_event(kind).acknowledged
        case = submit(first, 1, "unsure still-here")
        assert several.approve(FIRST, "still-here")
        until_delivered(first, case)
        assert served.app(FIRST) is first


def test_a_broken_file_of_settings_stops_its_workspace_alone_until_it_is_mended(
    several: Several, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.serve.workspaces._AGAIN", 0.2)
    file = several.folder / f"{SECOND}.env"
    good = file.read_text()
    file.write_text("COUNTERSIGN_DATABASE_URL=sqlite:///elsewhere\n")
    with several.served() as served:
        first = served.app(FIRST)
        wait_until(lambda: state_of(served, SECOND) is State.BROKEN)
        assert (served.workspaces.number, served.workspaces.is_ready()) == (2, True)
        case = submit(first, 1, "unsure of-the-first")
        assert several.approve(FIRST, "of-the-first")
        until_delivered(first, case)
        file.write_text(good)
        second = served.app(SECOND)
        case = submit(second, 2, "unsure of-the-second")
        assert several.approve(SECOND, "of-the-second")
        until_delivered(second, case)


def test_a_payload_of_an_unknown_workspace_is_acknowledged_and_does_nothing(several: Several) -> None:
    with several.served() as served:
        first = served.app(FIRST)
        case = submit(first, 1, "unsure secret")
        blocks: list[Any] = list(several.card(FIRST, "secret").blocks)  # Any: JSON
        buttons = [one for block in blocks for one in block.get("elements", ())]
        (button,) = [one for one in buttons if one.get("action_id") == "approve"]
        administrator = several.slack[FIRST].administrator
        # The second workspace is served, and the button's number is of a review in the first.
        for workspace in ("T0NOBODY", SECOND):
            press: dict[str, JsonValue] = {
                "type": "block_actions",
                "team": {"id": workspace, "domain": "elsewhere"},
                "user": {"id": "U0ANA", "team_id": workspace},
                "channel": {"id": "C0SUPPORT"},
                "trigger_id": "1.1",
                "actions": [{**button, "action_ts": "1.1"}],
            }
            assert administrator.send_payload(press).acknowledged
        assert case_view(first.context, case).newest.state == RunState.WAITING


def reinstalled(several: Several, workspace: str) -> None:
    """Install the app anew, with another token, as Slack gives one."""
    sandbox = several.slack[workspace].sandbox
    sandbox.bot_token, sandbox.bot_token_revoked = f"{sandbox.bot_token}.2", False
    several.install(workspace)


def state_of(served: Served, workspace: str) -> State:
    return next(one.state for one in served.workspaces._served.values() if one.installed.workspace == workspace)


def rows_of(served: Served, table: type[schema.AuditRow], team: int) -> list[schema.AuditRow]:
    with served.process.database.read() as session:
        return list(session.query(table).filter(table.team_id == team).order_by(table.id))


def test_a_key_says_whose_request_it_is_and_each_number_has_its_workspace(several: Several) -> None:
    health = free_port()
    with several.served(api="127.0.0.1:0", health=f"127.0.0.1:{health}") as served:
        assert served.port is not None
        made = {}
        for id in (FIRST, SECOND):
            context = served.app(id).context
            api_sources.add(context, "shop", by="tester", workflows=["parcels"])
            made[id] = keys.make(context, "shop", by="tester").key
        path, body = "/v1/workflows/parcels/cases", {"input": {"id": 7, "text": "unsure"}}
        told = {id: asked(served.port, "POST", path, body, key) for id, key in made.items()}
        assert [status for status, _ in told.values()] == [202, 202]
        first, second = (told[id][1]["id"] for id in (FIRST, SECOND))
        assert first != second, "the same key is another case for another workspace"
        assert asked(served.port, "GET", f"/v1/cases/{first}", key=made[FIRST])[0] == 200
        assert asked(served.port, "GET", f"/v1/cases/{first}", key=made[SECOND])[0] == 404
        wait_until(lambda: asked(health, "GET", "/readyz")[1].get("workspaces in trouble") == 0)
        numbers = urlopen(f"http://127.0.0.1:{health}/metrics").read().decode()
        for id in (FIRST, SECOND):
            assert f'countersign_cases_total{{workflow="parcels",workspace="{id}"}} 1.0' in numbers
        several.slack[SECOND].administrator.remove_app()
        wait_until(lambda: SECOND not in served.workspaces.apps())
        assert asked(served.port, "GET", f"/v1/cases/{second}", key=made[SECOND])[0] == 503
        assert asked(served.port, "GET", f"/v1/cases/{first}", key=made[FIRST])[0] == 200
        assert asked(health, "GET", "/readyz")[0] == 200


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_after_a_kill_the_cases_of_each_workspace_go_on(
    database: str, slack: Mapping[str, Running], countersign: CommandLine, request: pytest.FixtureRequest
) -> None:
    """On SQLite the next process takes all of them over; on PostgreSQL another one that serves them, too."""
    url: str = request.getfixturevalue(f"migrated_{'sqlite' if database == 'sqlite' else 'postgres'}_url")
    for running in slack.values():
        running.reset()
    folder = countersign.folder / "workspaces"
    folder.mkdir()
    several = Several(slack=slack, folder=folder, url=url)
    several.install(FIRST, SECOND)
    countersign.place("hold")
    serve = partial(countersign.started, "serve", "--no-schedule", **several.environment())
    administrator, processes = slack[FIRST].administrator, [serve()]
    try:
        administrator.wait_until(administrator.sockets)
        for number, id in ((1, FIRST), (2, SECOND)):
            # The command `submit` works on its case itself, where it is quicker than the other processes.
            with opened(several.settings(workspace=id)) as app:
                submit(app, number, "for the door")
        wait_until(lambda: len(countersign.lines("attempts")) == 2)
        if database == "postgresql":
            processes.append(serve())
            administrator.wait_until(lambda: administrator.sockets() == 2)
        processes[0].kill()
        processes[0].wait()
        (countersign.folder / "world" / "hold").unlink()
        if database == "sqlite":
            processes.append(serve())
        for id in (FIRST, SECOND):
            wait_until(partial(is_delivered, countersign, several, id))
        assert sorted(countersign.lines("steps")) == ["1", "2"]
        assert countersign("cases", **several.environment()).error().startswith("the database is of several workspaces")
    finally:
        for process in processes:
            process.kill()
            process.communicate(timeout=LONGEST)


def is_delivered(countersign: CommandLine, several: Several, workspace: str) -> bool:
    listed = countersign.done("--workspace", workspace, "cases", "--json", **several.environment()).json()
    return [case["state"] for case in listed] == ["delivered"]
