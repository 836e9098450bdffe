"""Sources of cases: programs over HTTP, files, a schedule, and people in Slack."""

import io
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
from threading import Lock
from typing import Any

import httpx2
from PIL import Image, ImageDraw
from pydantic import JsonValue
from reportlab.pdfgen.canvas import Canvas

from benchmarks.soak.automations import CLAIMS, INBOX, MAILS, NOTES, REFUNDS, TICKETS
from benchmarks.soak.installation import Installation
from benchmarks.soak.people import cleared
from benchmarks.soak.rounds import Rounds
from benchmarks.soak.truth import text_of, truth
from bot.sandbox.client import Administrator

_WAITS = 10
"""Seconds that a client waits for a case."""
SOURCE = "shop"
_TOLD_AGAIN = 3
"""Times that Slack tells an app of a message again."""
_TRIES = 10
"""Times that a request is sent while the answer is that it cannot be taken now."""


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A case that was accepted, as its source remembers it."""

    workflow: str
    key: str
    input: Mapping[str, JsonValue] | None
    """None where only the program knows the whole input."""


@dataclass(kw_only=True)
class Sources:
    """All that hand in, with what they remember."""

    installation: Installation
    rounds: Rounds
    accepted: dict[tuple[str, str], Handed] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    """Cases over HTTP -> their references."""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _random: Random = field(default_factory=lambda: Random("sources"))  # noqa: S311  # the same choices in each soak
    _lock: Lock = field(default_factory=Lock)
    _turn: int = 0

    def __post_init__(self) -> None:
        self._http = httpx2.Client(timeout=60.0, trust_env=False)

    def use(self, key: str) -> None:
        """Use a key from now on."""
        self._http.headers["Authorization"] = f"Bearer {key}"

    def begin(self, pace: float) -> None:
        """Begin. `pace`: by which the usual load is multiplied."""
        every = self.rounds.every
        every(4.0 / pace, self.ticket, name="ticket over HTTP")
        every(90.0 / pace, self.batch, name="batch over HTTP")
        every(30.0 / pace, self.claim, name="claim with a PDF")
        every(300.0 / pace, self.scan, name="claim with a scan", first=20.0)
        every(10.0 / pace, self.note, name="note in the feed")
        every(25.0 / pace, self.message, name="message in a channel")
        every(90.0 / pace, self.form, name="form in Slack", first=15.0)
        every(240.0 / pace, self.refund, name="case with a proposal", first=12.0)
        every(4.0 / pace, self.look, name="look at a case")

    def ticket(self) -> None:
        """Hand in a ticket, now and then twice, or with other words later."""
        number = next(self._numbers)
        self._hand_in(TICKETS, f"T{number}", self._ticket(number), mark=secrets.token_hex(8))
        if self._random.random() < 0.05:
            self._hand_in(TICKETS, f"T{number}", self._ticket(number), mark=None)
            self.rounds.count("duplicate")
        if self._random.random() < 0.04 and number > 20:
            earlier = number - self._random.randrange(1, 20)
            if (TICKETS, f"T{earlier}") in self.accepted:
                self._hand_in(TICKETS, f"T{earlier}", self._ticket(earlier, again=True), mark=None)
                self.rounds.count("revision")

    def batch(self) -> None:
        """Hand in five tickets in one request."""
        numbers = [next(self._numbers) for _ in range(5)]
        cases = [{"input": self._ticket(number)} for number in numbers]
        told = self._post(f"/v1/workflows/{TICKETS}/cases/batch", {"cases": cases}, mark=None)
        for number, result in zip(numbers, told["results"], strict=True):
            self._remember(TICKETS, f"T{number}", self._ticket(number), id=result.get("id"))

    def claim(self) -> None:
        """Hand in a claim whose form is a PDF."""
        number = next(self._numbers)
        self._claim(number, "form.pdf", _pdf(number))

    def scan(self) -> None:
        """Hand in a claim whose form is a picture of a page."""
        number = next(self._numbers)
        self._claim(number, "scan.png", _png(number))

    def note(self) -> None:
        """Put a note where a schedule finds it."""
        number = next(self._numbers)
        self.installation.order(notes=[number])
        self._remember(NOTES, f"N{number}", {"id": number, "text": text_of(f"N{number}")})

    def message(self) -> None:
        """Write a message into the channel that is watched."""
        number = next(self._numbers)
        with self._administrator() as slack:
            outcome = slack.person("U0EVE").say(INBOX, text_of(f"M{number}"))
            said = outcome.message
            for _ in range(_TOLD_AGAIN):
                if outcome.acknowledged:
                    break
                # Slack tells an app again of what it did not acknowledge.
                self.rounds.count("message that was told again")
                self.rounds.stop.wait(2.0)
                outcome = slack.send_event_again(outcome.event_id)
        assert said is not None
        if not outcome.acknowledged:
            raise RuntimeError(f"a message was not acknowledged: {outcome}")
        self._remember(MAILS, f"{INBOX}-{said['ts']}", None)

    def form(self) -> None:
        """Hand in a note by a command and its form."""
        number = next(self._numbers)
        with self._administrator() as slack:
            dan = slack.person("U0DAN")
            cleared(dan)
            if not dan.command("C0NOTES", "/countersign", f"submit {NOTES}").acknowledged:
                raise RuntimeError("the command was not acknowledged")
            dan.wait_until(dan.views, seconds=10)
            input: dict[str, JsonValue] = {"id": number, "text": text_of(f"N{number}")}
            outcome = dan.submit({"id.0.0": str(number), "text.0.0": str(input["text"])})
            if outcome.outcome not in ("updated", "closed"):
                raise RuntimeError(f"the form was not taken: {outcome}")
            cleared(dan)
        self._remember(NOTES, f"N{number}", input)

    def refund(self) -> None:
        """Hand in a case with a proposal of one's own."""
        number = next(self._numbers)
        input: dict[str, JsonValue] = {"ticket": number, "text": text_of(f"R{number}")}
        proposal = {
            "model": "the shop",
            "output": {"by": "card", "amount": str(truth(f"R{number}").said_amount)},
            "confidence": {"by": 0.9, "amount": 0.9},
        }
        told = self._post(f"/v1/workflows/{REFUNDS}/cases", {"input": input, "proposal": proposal}, mark=None)
        self._remember(REFUNDS, f"R{number}", input, id=told["id"])

    def look(self) -> None:
        """Look how a case stands, wait a little for it, and answer what is asked."""
        with self._lock:
            recent = list(self.ids)[-60:]
        if not recent:
            return
        case = self._random.choice(recent)
        wait = _WAITS if self._random.random() < 0.2 else 0
        told = self._read(self._http.get(f"{self._api()}/v1/cases/{case}", params={"wait": wait}))
        if told["state"] == "asked":
            self._post(f"/v1/cases/{case}/reply", {"text": "It is the one that I named."}, mark=None)
            self.rounds.count("answer of a source")

    def answer_all(self) -> None:
        """Answer all that is still asked."""
        for case in list(self.ids):
            told = self._http.get(f"{self._api()}/v1/cases/{case}").json()
            if told.get("state") == "asked":
                self._post(f"/v1/cases/{case}/reply", {"text": "It is the one that I named."}, mark=None)

    def rows(self, number: int) -> list[dict[str, JsonValue]]:
        """Return tickets for a file, which are remembered as handed in."""
        made = [self._ticket(next(self._numbers)) for _ in range(number)]
        for one in made:
            self._remember(TICKETS, f"T{one['id']}", one)
        return made

    def _ticket(self, number: int, *, again: bool = False) -> dict[str, JsonValue]:
        text = text_of(f"T{number}", again=again)
        return {"id": number, "customer": f"c-{number % 40}", "text": text, "language": "en"}

    def _claim(self, number: int, name: str, content: bytes) -> None:
        files = {"file": (name, content)}
        form = self._sent("/v1/documents", files=files)["document"]
        self._hand_in(CLAIMS, f"C{number}", {"id": number, "form": form}, mark=None, whole=False)

    def _hand_in(
        self, workflow: str, key: str, input: dict[str, JsonValue], *, mark: str | None, whole: bool = True
    ) -> None:
        told = self._post(f"/v1/workflows/{workflow}/cases", {"input": input}, mark=mark)
        self._remember(workflow, key, input if whole else None, id=told["id"])

    def _remember(self, workflow: str, key: str, input: dict[str, JsonValue] | None, *, id: int | None = None) -> None:
        with self._lock:
            self.accepted[workflow, key] = Handed(workflow=workflow, key=key, input=input)
            if id is not None:
                self.ids[id] = key

    def _post(self, path: str, body: object, *, mark: str | None) -> Any:
        headers = {"Idempotency-Key": mark} if mark is not None else {}
        return self._sent(path, json=body, headers=headers)

    def _sent(self, path: str, **content: Any) -> Any:  # Any: a body in one of the client's forms
        """Send a request until it is taken, as a source does that is told to come again."""
        for _ in range(_TRIES):
            response = self._http.post(f"{self._api()}{path}", **content)
            if response.status_code != 503:
                break
            self.rounds.count("request that had to come again")
            self.rounds.stop.wait(float(response.headers.get("Retry-After", "1")))
        return self._read(response)

    def _api(self) -> str:
        """Return the address of each replica's API by turns."""
        self._turn += 1
        return self.installation.api[self._turn % len(self.installation.api)]

    def _read(self, response: httpx2.Response) -> Any:
        if response.status_code >= 400:
            raise RuntimeError(f"{response.request.url}: {response.status_code}: {response.text}")
        return json.loads(response.content)

    def _administrator(self) -> Administrator:
        return self.installation.administrator()


def _pdf(number: int) -> bytes:
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(595, 842))
    for place, line in enumerate(_lines(number)):
        canvas.drawString(60, 780 - 20 * place, line)
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def _png(number: int) -> bytes:
    page = Image.new("L", (1240, 600), 255)
    drawing = ImageDraw.Draw(page)
    for place, line in enumerate(_lines(number)):
        drawing.text((80, 60 + 80 * place), line, fill=0, font_size=42)
    written = io.BytesIO()
    page.save(written, "PNG")
    return written.getvalue()


def _lines(number: int) -> list[str]:
    made = truth(f"C{number}")
    return [f"Claim C{number}", f"Amount {made.amount} dollars", "The kettle came broken."]
