"""Outcomes of what is raised before a request reaches Bedrock, or told by Amazon in its own way.

| Comes of | Outcome |
|---|---|
| no credentials, ones that cannot be had or are not accepted | locked out |
| no connection to where they are had | transient |
| an error of Bedrock | what `errors` makes of its words and of its type, which is in a header |
| all else | as at Anthropic |
"""

from workflows.model.outcomes import Outcome, Verdict
from workflows.model.vendors.anthropic.verdicts import expected_errors as expected_at_anthropic
from workflows.model.vendors.anthropic.verdicts import judge_error as judge_at_anthropic
from workflows.model.vendors.verdicts import quoted, verdict_on_error, verdict_on_silence

_TYPE = "x-amzn-errortype"
_NO_CREDENTIALS = "Could not resolve AWS credentials"
"""Begin of what the SDK says where the AWS library found none."""


def expected_errors() -> tuple[type[Exception], ...]:
    """Return the errors that `judge_error` knows."""
    return (*expected_at_anthropic(), RuntimeError, *_of_amazon())


def judge_error(error: Exception) -> Verdict:
    """Return the verdict on a request that raised one of these. Pass on an error that is a bug."""
    import anthropic

    if isinstance(error, anthropic.APIStatusError) and (told := error.response.headers.get(_TYPE)):
        body = error.body if isinstance(error.body, dict) else {"message": error.body}
        named = {**body, "__type": told.partition(":")[0]}
        return verdict_on_error(error.status_code, named, headers=error.response.headers)
    if isinstance(error, expected_at_anthropic()):
        return judge_at_anthropic(error)
    if isinstance(error, _of_amazon()):
        return _without_credentials(error)
    if str(error).startswith(_NO_CREDENTIALS):
        return Verdict(outcome=Outcome.LOCKED_OUT, why="No AWS credentials were found for Bedrock.")
    raise error


def _without_credentials(error: Exception) -> Verdict:
    from botocore.exceptions import HTTPClientError

    if isinstance(error, HTTPClientError):
        return verdict_on_silence(None, is_timeout=False, was_sent=False)
    return Verdict(
        outcome=Outcome.LOCKED_OUT, why=f"The AWS credentials for Bedrock cannot be used{quoted(str(error))}."
    )


def _of_amazon() -> tuple[type[Exception], ...]:
    """Return the errors of Amazon's library; none where it is not installed, as it need not be with an API key."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        return ()
    return (BotoCoreError, ClientError)
