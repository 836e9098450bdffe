"""A made-up provider of two made-up models, behind the gateway's port: it costs something and reaches nobody."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from bot.demo.past.arrivals import Said
from workflows.model.asking.requests import Reply, Request
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import Usage
from workflows.model.prices import OwnPrice, PriceList, Prices

LARGE, SMALL = "made-up-large", "made-up-small"
"""The models, as the prompts name them."""
_PRICES = Prices(
    own={
        LARGE: OwnPrice(read=Decimal(24), written=Decimal(120)),
        SMALL: OwnPrice(read=Decimal(8), written=Decimal(40)),
    }
)
_CASE = re.compile(r"<case>\n(.*?)\n</case>", re.DOTALL)
_CHARACTERS = 4
"""Characters of a token."""


class MadeUpProvider:
    """A `Vendor` that gives the answers that were made up beforehand."""

    def __init__(self, take: Callable[[timedelta], None]) -> None:
        """`take`: is told how long each answer takes."""
        self._take = take
        self._answers: dict[str, Said] = {}

    def will_say(self, text: str, said: Said) -> None:
        """Keep the answer to a case, by its text."""
        self._answers[text] = said

    @property
    def prices(self) -> PriceList:
        """The prices of its models."""
        return PriceList(price=_PRICES.of, name="made-up prices", version="made-up")

    def send(self, request: Request) -> Reply:
        """Return the answer to a case."""
        case = _CASE.search(request.user)
        assert case is not None
        said = self._answers[json.loads(case[1])["text"]]
        written = len(said.text) // _CHARACTERS + said.thought
        usage = Usage(
            input_tokens=(len(request.system) + len(str(request.form)) + len(request.user)) // _CHARACTERS,
            output_tokens=written,
            thinking_tokens=said.thought,
        )
        self._take(timedelta(seconds=1 + written / 150))
        return Reply(verdict=Verdict(outcome=Outcome.ANSWERED), text=said.text, usage=usage, answered_by=request.model)

    def prepare(self) -> None:
        """Load nothing."""

    def masked(self, text: str) -> str:
        """Return the text: there is no key."""
        return text

    def close(self) -> None:
        """Close nothing."""
