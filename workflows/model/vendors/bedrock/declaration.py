"""Amazon Bedrock, as it is declared to the rest of Countersign."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from workflows.model.port import ModelUnavailable, NoAnswer
from workflows.model.vendors.bedrock.client import PRICES, BedrockVendor
from workflows.model.vendors.bedrock.pages import page_limits
from workflows.model.vendors.bedrock.settings import BedrockSettings
from workflows.model.vendors.declaration import PATIENCE, Checked, VendorDeclaration

_REGION = "COUNTERSIGN_BEDROCK_REGION"
_CURES = (
    f"see whether {_REGION} and the AWS credentials are right, the account may use the model there, and its id is "
    "spelled as Amazon does; most newer models are asked by an inference profile, whose id begins with eu., us. or such"
)


def _connect(settings: BedrockSettings, timeout: float | None) -> BedrockVendor:
    if settings.region is None:
        why = f"no region of Amazon Bedrock: set {_REGION}, or COUNTERSIGN_MODEL=local"
        raise ModelUnavailable(why, no_answer=NoAnswer.ACCOUNT)
    return BedrockVendor(settings, region=settings.region, timeout=timeout)


def _check(settings: BedrockSettings, models: Sequence[str]) -> Iterator[Checked]:
    with closing(_connect(settings, PATIENCE)) as vendor:
        where = f"Amazon Bedrock, {str(vendor.client().base_url).rstrip('/')}"
        for model in models:
            yield Checked(model=model, where=where, wrong=vendor.knows(model), do=_CURES)


VENDOR = VendorDeclaration(
    name="bedrock",
    settings=BedrockSettings,
    key=_REGION,
    has_key=lambda settings: settings.region is not None,
    default_model=lambda settings: settings.model,
    connect=_connect,
    check=_check,
    prices=lambda _: PRICES,
    place=lambda settings: f"Amazon, {settings.region}",
    source=lambda settings: f"bedrock {settings.region}",
    pages=lambda settings, model: page_limits(model),
)
"""Asked where its region is set: AWS credentials alone may be there for something else."""
