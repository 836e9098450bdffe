"""Asks Anthropic, or a server that speaks like it."""

from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from workflows.model.outcomes import Outcome
from workflows.model.vendors.anthropic.messages import MessagesVendor
from workflows.model.vendors.anthropic.prices import PRICES
from workflows.model.vendors.anthropic.verdicts import expected_errors, judge_error
from workflows.model.vendors.keys import Keys

if TYPE_CHECKING:
    import anthropic


class AnthropicVendor(MessagesVendor["anthropic.Anthropic"]):
    """A `Vendor` behind the Anthropic API. Threads may share it."""

    def __init__(self, *, api_key: str | SecretStr, base_url: str | None = None, timeout: float | None = None) -> None:
        """`base_url`: left out, the SDK's own. `timeout`: as for `MessagesVendor`.

        Raise `ModelUnavailable` for an impossible key.
        """
        key = api_key if isinstance(api_key, SecretStr) else SecretStr(api_key)
        super().__init__(keys=Keys(key), prices=PRICES, timeout=timeout, caches_for_an_hour=True)
        self._api_key = key
        self._base_url = base_url

    def _made(self, *, timeout: float, **usual: Any) -> "anthropic.Anthropic":
        import anthropic

        return anthropic.Anthropic(
            api_key=self._api_key.get_secret_value(), base_url=self._base_url, timeout=timeout, **usual
        )

    def knows(self, model: str) -> str | None:
        """Ask the provider whether it accepts the key and knows the model. Return what is wrong, or None.

        A server of one's own may not support the question. Its error then does not name the model, and is no finding.
        """
        try:
            self.client().models.retrieve(model)
        except expected_errors() as error:
            verdict = self.told(judge_error(error))
            unknown = verdict.outcome is Outcome.RETIRED and model not in verdict.why
            return None if unknown and self._base_url is not None else verdict.why
        return None
