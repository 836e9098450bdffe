"""Outcomes of what is raised before a request reaches Vertex AI.

| Comes of | Outcome |
|---|---|
| no credentials, or ones that Google does not accept | locked out |
| no connection to where a token is had, or an error there that passes | transient |
| all else | as at Anthropic |
"""

from workflows.model.outcomes import Outcome, Verdict
from workflows.model.vendors.anthropic.verdicts import expected_errors as expected_at_anthropic
from workflows.model.vendors.anthropic.verdicts import judge_error as judge_at_anthropic
from workflows.model.vendors.verdicts import quoted, verdict_on_silence


def expected_errors() -> tuple[type[Exception], ...]:
    """Return the errors that `judge_error` knows."""
    from google.auth.exceptions import GoogleAuthError

    return (*expected_at_anthropic(), GoogleAuthError)


def judge_error(error: Exception) -> Verdict:
    """Return the verdict on a request that raised one of these."""
    from google.auth.exceptions import GoogleAuthError, TransportError

    if not isinstance(error, GoogleAuthError):
        return judge_at_anthropic(error)
    if isinstance(error, TransportError) or error.retryable:
        return verdict_on_silence(None, is_timeout=False, was_sent=False)
    # Further arguments hold the whole reply, with whatever is in it.
    said = error.args[0] if error.args else ""
    return Verdict(
        outcome=Outcome.LOCKED_OUT, why=f"The Google credentials for Vertex AI cannot be used{quoted(said)}."
    )
