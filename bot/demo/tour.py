"""Keeps the page's guide up to date: where each thing to try can be found by now, and what was done already."""

from collections.abc import Iterator, Sequence

from bot.demo.places import INVOICES, LEADS, OUTSIDER, REVIEWER, SUPPORT, TEAM_LEAD
from bot.demo.screen_text import buttons, case_of
from bot.demo.stage import UNLUCKY_KEY, Stage
from bot.demo.story import NOTES, TRIES, Try
from bot.sandbox.client import ShownMessage
from bot.sandbox.state.guide import Entry, Guide
from workflows.engine.read.trail import TrailLine

_DECIDED = frozenset({"review.approved", "review.edited", "review.answered", "review.rejected"})


class Tour:
    """Looks at what the people see and at what they did, and tells the page."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._cards: dict[str, ShownMessage] = {}
        """A case's key -> its card."""
        self._decided: set[str] = set()
        """The keys of the cases that somebody decided."""
        self._was_refused = False
        """Did the one who is not a reviewer try to decide?"""
        self._is_out = False
        """Did the case go out that found its system out of order?"""
        self._for_nobody = ""
        """The key of a case that waits, for the one who is not a reviewer."""
        self._summary: str | None = None
        """The ts of the team lead's summary."""
        self._told: Guide | None = None

    @property
    def has_begun(self) -> bool:
        """Tell whether the card that is to be tried first is there."""
        return TRIES[0].case in self._cards

    def tell(self, news: Sequence[TrailLine]) -> None:
        """Tell the page what is new. `news`: what happened since it was told last."""
        for line in news:
            if line.action in _DECIDED:
                self._decided.add(line.key)
            self._was_refused |= line.action == "decide.refused" and line.actor == OUTSIDER
            self._is_out |= line.action == "run.delivered" and line.key == UNLUCKY_KEY
        if news or self._told is None or any(entry.channel is None and not entry.url for entry in self._told.entries):
            self._look()
            guide = Guide(entries=tuple(self._entries()), notes=NOTES)
            if guide != self._told:
                self._stage.running.administrator.set_guide(guide)
                self._told = guide

    def _look(self) -> None:
        """Find the cards, and what is there for the others."""
        reviewer = self._stage.running.person(REVIEWER)
        for place in (SUPPORT, INVOICES):
            found = {case_of(message): message for message in reviewer.messages(place.channel)}
            self._cards |= {key: message for key, message in found.items() if key is not None}
        if self._for_nobody in self._decided | {""}:
            named = {one.case for one in TRIES}
            waiting = [
                key
                for key, card in self._cards.items()
                if key not in named and key not in self._decided and "approve" in buttons(card)
            ]
            self._for_nobody = next(iter(waiting), "")
        if self._summary is None and self._decided >= {one.case for one in TRIES}:
            self._stage.make_digests(self._stage.today)
            self._summary = next((message.ts for message in self._stage.for_leads()), None)

    def _entries(self) -> Iterator[Entry]:
        for one in TRIES:
            yield self._case(one)
        yield Entry(
            name="help desk",
            title="Open the help desk",
            text="Whatever you decide reaches it; invoices reach the ledger.",
            url=self._stage.desk,
            done_by_going=True,
        )
        outsider = self._cards.get(self._for_nobody)
        yield Entry(
            name="outsider",
            title="Press Approve as Eve",
            text="She is not a reviewer.",
            user=OUTSIDER,
            channel=SUPPORT.channel if outsider is not None else None,
            message=outsider.ts if outsider is not None else None,
            done=self._was_refused,
        )
        yield Entry(
            name="outage",
            title=f"See {UNLUCKY_KEY} go out by itself",
            text="The help desk took no changes when it was to be delivered. It waits, and goes out within a minute.",
            url=self._stage.desk,
            done=self._is_out,
        )
        yield Entry(
            name="summary",
            title="Read the digests as Lee, a team lead",
            text="They come in the morning; here, as soon as you decided the cards above. Behind today stands a "
            "made-up fortnight.",
            user=TEAM_LEAD,
            channel=LEADS if self._summary is not None else None,
            message=self._summary,
            done_by_going=True,
        )

    def _case(self, one: Try) -> Entry:
        card = self._cards.get(one.case)
        return Entry(
            name=one.case,
            title=one.title,
            text=one.text,
            user=REVIEWER,
            channel=one.place.channel if card is not None else None,
            message=card.ts if card is not None else None,
            done=one.case in self._decided,
        )
