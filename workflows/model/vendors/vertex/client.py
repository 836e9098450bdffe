"""Asks Anthropic's models at Vertex AI."""

from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from store.db import extras
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import ModelUnavailable, NoAnswer
from workflows.model.prices import PriceList
from workflows.model.vendors.anthropic.messages import MessagesVendor
from workflows.model.vendors.anthropic.prices import prices_at
from workflows.model.vendors.keys import Keys
from workflows.model.vendors.vertex.settings import GLOBAL
from workflows.model.vendors.vertex.verdicts import expected_errors, judge_error

if TYPE_CHECKING:
    import anthropic

_BOUND_TO_A_PLACE = Decimal("1.1")
"""Google asks a tenth more for an answer from a certain region, and the list has the price of the others."""
_PRICES = {True: prices_at("google"), False: prices_at("google", factor=_BOUND_TO_A_PLACE)}


def prices_in(region: str | None) -> PriceList:
    """Return the prices of a region. Of older models, which cost the same everywhere, they are a tenth too high."""
    return _PRICES[region == GLOBAL]


class VertexVendor(MessagesVendor["anthropic.AnthropicVertex"]):
    """A `Vendor` behind Vertex AI. Threads may share it."""

    def __init__(self, *, project: str, region: str, base_url: str | None = None, timeout: float | None = None) -> None:
        """`base_url`: left out, the region's own. `timeout`: as for `MessagesVendor`.

        Raise `ModelUnavailable` where Google's library is not installed.
        """
        if not _is_installed():
            raise ModelUnavailable(
                f"Vertex AI takes Google's library for credentials: {extras.advice('vertex')}",
                no_answer=NoAnswer.ACCOUNT,
            )
        super().__init__(keys=Keys(), prices=prices_in(region), timeout=timeout)
        self._project = project
        self._region = region
        self._base_url = base_url

    def _made(self, *, timeout: float, **usual: Any) -> "anthropic.AnthropicVertex":
        import anthropic

        return anthropic.AnthropicVertex(
            project_id=self._project, region=self._region, base_url=self._base_url, timeout=timeout, **usual
        )

    def _expected(self) -> tuple[type[Exception], ...]:
        return expected_errors()

    def _judged(self, error: Exception) -> Verdict:
        return judge_error(error)

    def knows(self, model: str) -> str | None:
        """Ask whether the credentials are accepted and the model is known, and return what is wrong, or None.

        Google counts the tokens of a word for it, which costs nothing.
        """
        try:
            self.client().messages.count_tokens(model=model, messages=[{"role": "user", "content": "hello"}])
        except self._expected() as error:
            verdict = self.told(self._judged(error))
            return None if verdict.outcome in (Outcome.UNFIT, Outcome.INVALID) else verdict.why
        return None


def _is_installed() -> bool:
    try:
        return find_spec("google.auth") is not None
    except ModuleNotFoundError:  # nothing of Google's at all
        return False
