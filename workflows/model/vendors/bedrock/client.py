"""Asks Anthropic's models at Amazon Bedrock."""

import json
import re
from base64 import b64encode
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from store.db import extras
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import ModelUnavailable, NoAnswer
from workflows.model.vendors.anthropic.messages import MessagesVendor
from workflows.model.vendors.anthropic.prices import prices_at
from workflows.model.vendors.bedrock.settings import BedrockSettings
from workflows.model.vendors.bedrock.verdicts import expected_errors, judge_error
from workflows.model.vendors.keys import Keys

if TYPE_CHECKING:
    import anthropic

PRICES = prices_at("aws")
"""An inference profile that begins with `global.` has a price of its own; any other name has the region's."""
_COUNT = "bedrock:CountTokens"
"""The permission that the check takes, which asking does not."""
_NO_FINDING = (Outcome.UNFIT, Outcome.INVALID)
"""Outcomes of a check that say that its tokens are not counted there, and nothing of the model."""
_MODEL = re.compile(r"anthropic\.[\w.:-]+$")
"""The model behind a profile of Amazon's own. Tokens are counted by models, not by profiles."""


class BedrockVendor(MessagesVendor["anthropic.AnthropicBedrock"]):
    """A `Vendor` behind Bedrock. Threads may share it."""

    def __init__(
        self, settings: BedrockSettings, *, region: str, base_url: str | None = None, timeout: float | None = None
    ) -> None:
        """`base_url`: left out, the region's own. `timeout`: as for `MessagesVendor`.

        Raise `ModelUnavailable` for an impossible key, or where the library that signs is not installed.
        """
        if settings.api_key is None and find_spec("boto3") is None:
            raise ModelUnavailable(
                f"Bedrock takes AWS_BEARER_TOKEN_BEDROCK, or a library that signs requests: {extras.advice('bedrock')}",
                no_answer=NoAnswer.ACCOUNT,
            )
        keys = Keys(settings.api_key, settings.access_key, settings.secret_key, settings.session_token)
        super().__init__(keys=keys, prices=PRICES, timeout=timeout)
        self._settings = settings
        self._region = region
        self._base_url = base_url

    def _made(self, *, timeout: float, **usual: Any) -> "anthropic.AnthropicBedrock":
        import anthropic

        told, how = self._settings, dict[str, Any]()
        if told.api_key is not None:
            how["api_key"] = told.api_key.get_secret_value()
        elif told.access_key is not None and told.secret_key is not None:
            how["aws_access_key"] = told.access_key.get_secret_value()
            how["aws_secret_key"] = told.secret_key.get_secret_value()
            how["aws_session_token"] = told.session_token.get_secret_value() if told.session_token else None
        else:
            how["aws_profile"] = told.profile
        return anthropic.AnthropicBedrock(
            aws_region=self._region, base_url=self._base_url, timeout=timeout, **how, **usual
        )

    def _expected(self) -> tuple[type[Exception], ...]:
        return expected_errors()

    def _judged(self, error: Exception) -> Verdict:
        return judge_error(error)

    def knows(self, model: str) -> str | None:
        """Ask whether the credentials are accepted and the model is known, and return what is wrong, or None.

        Bedrock counts the tokens of a word for it, which costs nothing. Where it does not count for a model, or the
        credentials do not allow it, that is no finding.
        """
        counted = _MODEL.search(model)
        asked = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1, "messages": [_HELLO]}
        body = {"input": {"invokeModel": {"body": b64encode(json.dumps(asked).encode()).decode("ascii")}}}
        try:
            self.client().post(
                f"/model/{quote(counted[0] if counted else model, safe=':')}/count-tokens",
                cast_to=object,
                # As bytes: to a body of data the SDK adds its version.
                content=json.dumps(body).encode(),
                options={"headers": {"Content-Type": "application/json"}},
            )
        except self._expected() as error:
            verdict = self.told(self._judged(error))
            return None if verdict.outcome in _NO_FINDING or _COUNT in verdict.why else verdict.why
        return None


_HELLO = {"role": "user", "content": "hello"}
