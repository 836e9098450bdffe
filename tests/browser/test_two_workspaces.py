"""Two workspaces of one process, each in a window of its own: people press at the same time, and keys are replaced."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.app import now
from bot.slack.installing.installations import rotate
from bot.slack.installing.token_vault import TokenKeys, new_key
from store import schema
from tests.browser.conftest import OpenWindow
from tests.browser.window import Window
from tests.integration.bot.parcels import FOLDER
from tests.slack.several import FIRST, SECOND, Served, Several, sandboxes, submit
from tests.slack.stage import ANA

pytestmark = pytest.mark.slow

OTHER = {FIRST: SECOND, SECOND: FIRST}


@pytest.fixture
def several(tmp_path: Path, migrated_sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Several]:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    folder = tmp_path / "workspaces"
    folder.mkdir()
    with sandboxes(SECOND) as slack:
        several = Several(slack=slack, folder=folder, url=migrated_sqlite_url)
        several.install(FIRST, SECOND)
        yield several


def in_both(served: Served, windows: dict[str, Window], number: int) -> None:
    """Take the same case in twice, have a person in each window press Approve, and both see that it is applied."""
    for id in windows:
        submit(served.app(id), number, f"unsure number-{number} of {id}")
    cards = {id: window.message(f"number-{number} of {id}") for id, window in windows.items()}
    for card in cards.values():
        expect(card).to_be_visible()
    first, second = windows.values()
    with first.acting("press"), second.acting("press"):
        for card in cards.values():
            card.get_by_role("button", name="Approve").click()
    for id, window in windows.items():
        expect(window.message(f"number-{number} of {id}")).to_contain_text(f"Applied: P-{number}")
        expect(window.message(f"of {OTHER[id]}")).to_have_count(0)


def test_two_workspaces_decide_beside_each_other_while_keys_are_replaced(
    several: Several, open_window: OpenWindow, tmp_path: Path
) -> None:
    file = tmp_path / "token.keys"
    file.write_text(several.keys)
    with several.served(token_keys=None, token_keys_file=file) as served:
        windows = {id: open_window(url=f"{several.slack[id].page_url}&user={ANA}") for id in OTHER}
        in_both(served, windows, 1)
        following = new_key()
        file.write_text(f"{following}\n{several.keys}\n")
        keys = TokenKeys(several.settings(token_keys=None, token_keys_file=file))
        assert rotate(served.process.database, keys, by="cli:ana", at=now()).anew == 2
        file.write_text(following)
        in_both(served, windows, 2)
        # The two cases of each number have one key, and the target that both share tells their deliveries apart.
        with served.process.database.read() as session:
            made = sorted(row.key for row in session.query(schema.Delivery))
        assert made == sorted(f"{place}parcels/parcel-{number}" for place in ("", f"{SECOND}/") for number in (1, 2))
    assert served.done
