"""The first minutes of the demo, on a clock that stands still: cards, a form, rows, a Home, a session, an input."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from playwright.sync_api import Locator, expect

from bot.demo import sample_servers
from bot.demo import stage as staging
from bot.demo.places import ENGINEER, INVOICES, REVIEWER, SUPPORT, Place
from bot.demo.screen_text import case_of
from bot.demo.stage import UNLUCKY_KEY, Stage, staged
from bot.demo.story import FRAUD, OPENING, TRIES, arrivals
from bot.demo.tour import Tour
from bot.demo.trail import Trail
from bot.sandbox.state.sandbox import Sandbox
from store.states import RunState
from tests.browser.pictures.camera import Camera, beside, keep
from tests.browser.window import Window
from tests.waiting import wait_until
from tests.world import Clock
from workflows.engine.read.workload import newest_state
from workflows.library.invoice_intake import ledger
from workflows.library.support_triage import desk
from workflows.library.support_triage.sample_desk.server import create_app as desk_app


@dataclass(frozen=True, kw_only=True)
class Demo:
    """The demo, with its first cases."""

    stage: Stage
    clock: Clock
    cases: dict[str, int]
    """Key -> case."""

    def address(self, user: str = REVIEWER, place: Place = SUPPORT) -> str:
        return f"{self.stage.running.page_url}&user={user}&channel={place.channel}"

    def card(self, window: Window, key: str) -> Locator:
        """Return the card of a case, once it is drawn."""
        window.ready()
        card = window.messages.filter(has_text=f"{key} · case {self.cases[key]}")
        expect(card).to_have_count(1)
        return card


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    stop, clock, cases = Event(), Clock(), dict[str, int]()
    with pytest.MonkeyPatch.context() as patch:
        for name in (desk.URL, ledger.URL):
            patch.setenv(name, "")  # the demo sets them for this process
        patch.setattr(staging, "Sandbox", partial(Sandbox, clock=lambda: clock().timestamp()))
        patch.setattr(sample_servers, "desk_app", partial(desk_app, clock=clock))
        with staged(stop, port=0, pace=0.05, clock=clock) as stage:
            tour, trail = Tour(stage), Trail(stage.app.context, after=stage.before.line)

            def is_shown(key: str, place: Place) -> bool:
                clock.move(timedelta(seconds=0.2))  # what is tried again is due some time later
                if newest_state(stage.app.context, cases[key]) is RunState.DELIVERED:
                    return True
                return key in map(case_of, stage.running.person(REVIEWER).messages(place.channel))

            for minutes, told in enumerate(arrivals()[:OPENING]):
                clock.time = max(clock.time, Clock().time + timedelta(minutes=minutes))
                if told.key == UNLUCKY_KEY:
                    continue  # its help desk is out of order for as long as the clock stands still
                cases[told.key] = stage.submit(told)
                wait_until(partial(is_shown, told.key, told.place))
            tour.tell(trail.news())
            yield Demo(stage=stage, clock=clock, cases=cases)


@pytest.fixture
def camera(camera: Camera, demo: Demo) -> Camera:
    """The camera, by the demo's clock."""
    camera.clock = demo.clock
    return camera


GOOD = TRIES[0].case


@pytest.mark.shows("card")
def take_a_card(demo: Demo, camera: Camera) -> None:
    window = camera.open(demo.address(), width=1000, height=4_000)
    camera.take(demo.card(window, GOOD), "card")


@pytest.mark.shows("card-dark")
def take_a_card_in_the_dark(demo: Demo, camera: Camera) -> None:
    window = camera.open(demo.address(), width=1000, height=4_000, dark=True)
    camera.take(demo.card(window, GOOD), "card-dark")


@pytest.mark.shows("card-phone")
def take_a_card_on_a_phone(demo: Demo, camera: Camera) -> None:
    window = camera.open(demo.address(), width=390, height=844, dark=True)
    demo.card(window, GOOD).scroll_into_view_if_needed()
    camera.take(window.page.locator("body"), "card-phone")


@pytest.mark.shows("overview")
def take_an_overview(demo: Demo, camera: Camera) -> None:
    """The card of a case that is left to a person, beside the help desk, where the AI resolved another one alone."""
    window = camera.open(demo.address(), width=880, height=4_000, scale=1.5)
    demo.card(window, GOOD)
    window.page.get_by_role("button", name="Close what to try").click()
    left = camera.seen(window.page.locator("body"), until=demo.card(window, GOOD))
    books = camera.open(demo.stage.desk, width=400, height=4_000, scale=1.5, lacks=True)
    tickets = books.page.locator("article")
    expect(tickets.first).to_be_visible()
    whole = [
        one for one in tickets.all() if (box := one.bounding_box()) and box["y"] + box["height"] < left.height / 1.5
    ]
    keep(beside(left, camera.seen(books.page.locator("body"), until=whole[-1])), "overview")


@pytest.mark.shows("edit")
def take_a_form(demo: Demo, camera: Camera) -> None:
    window = camera.open(demo.address(), height=1_400)
    window.open(demo.card(window, TRIES[1].case), "Edit")
    camera.take_modal(window, "edit")


@pytest.mark.shows("rows")
def take_rows(demo: Demo, camera: Camera) -> None:
    window = camera.open(demo.address(place=INVOICES), height=690)
    form = window.open(demo.card(window, FRAUD), "Edit")
    form.get_by_text("Amount due", exact=True).evaluate("label => label.scrollIntoView({ block: 'start' })")
    camera.take_modal(window, "rows", whole=False)


@pytest.mark.shows("input")
def take_an_input(demo: Demo, camera: Camera) -> None:
    window = camera.open(demo.address(ENGINEER), height=1_200)
    window.ready()
    window.say(f"/countersign rerun {demo.cases[GOOD]} corrected")
    expect(window.modal).to_contain_text("This is what came in")
    window.modal.get_by_label("Customer").fill("C-1080")
    window.modal.get_by_label("Why do you change it?").fill("Two digits of the customer's number were swapped.")
    camera.take_modal(window, "input")


@pytest.mark.shows("home")
def take_a_home(demo: Demo, camera: Camera) -> None:
    window = camera.open(demo.address(), height=1_400)
    window.ready()
    with window.acting("open_home"):
        window.page.locator("#apps").get_by_role("button", name="Countersign").click()
    tab = window.page.get_by_role("region", name="Home", exact=True)
    expect(tab.get_by_role("heading", name="Waits for your team")).to_be_visible()
    camera.take(tab, "home")


@pytest.mark.shows("session")
def take_a_session(demo: Demo, camera: Camera) -> None:
    window = camera.open(demo.address(), height=1_100)
    window.ready()
    window.say("/countersign review")
    with window.acting("submit"):
        window.modal.get_by_role("button", name="Approve and next").click()
    expect(window.modal.get_by_role("heading", level=2)).to_contain_text("Review 2 of")
    camera.take_modal(window, "session")
