"""The page on which somebody installs the app in their workspace."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bot.sandbox.http.running_sandbox import Running
from store.db.database import Database
from tests.browser.pictures.camera import Camera
from tests.browser.test_install import pages, slack
from workflows.engine.case import invitations

__all__ = ["slack"]


@pytest.mark.shows("install")
def take_the_page_of_an_invitation(camera: Camera, slack: Running, migrated_sqlite_url: str) -> None:
    database = Database(migrated_sqlite_url)
    made = invitations.invite(
        database, for_workspace="T0SANDBOX", lasts=timedelta(hours=24), by="cli:kim", at=camera.clock()
    )
    with pages(slack, database, camera.clock) as url:
        window = camera.open(f"{url}/install/{made.secret}", width=900, height=1_600)
        expect(window.page.get_by_role("link", name="Go on to Slack")).to_be_visible()
        camera.take(window.page.locator("main"), "install")
        camera.opened.remove(window)  # its pages are at localhost, and not at the address of the sandbox
        window.context.close()
    database.close()
