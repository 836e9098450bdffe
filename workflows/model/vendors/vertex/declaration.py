"""Google's Vertex AI, as it is declared to the rest of Countersign."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from workflows.model.asking.attachments import PageLimits
from workflows.model.port import ModelUnavailable, NoAnswer
from workflows.model.vendors.anthropic.pages import page_limits
from workflows.model.vendors.declaration import PATIENCE, Checked, VendorDeclaration
from workflows.model.vendors.vertex.client import VertexVendor, prices_in
from workflows.model.vendors.vertex.settings import VertexSettings

_PROJECT = "COUNTERSIGN_VERTEX_PROJECT"
_CURES = (
    f"see whether {_PROJECT}, COUNTERSIGN_VERTEX_REGION and Google's credentials are right, and the model is enabled "
    "in the project's Model Garden and spelled as Google does"
)
_SIZE = 30_000_000
"""Bytes of a request, by Google's documentation."""


def _connect(settings: VertexSettings, timeout: float | None) -> VertexVendor:
    if settings.project is None or settings.region is None:
        why = f"no project at Vertex AI: set {_PROJECT}, or COUNTERSIGN_MODEL=local"
        raise ModelUnavailable(why, no_answer=NoAnswer.ACCOUNT)
    return VertexVendor(project=settings.project, region=settings.region, timeout=timeout)


def _check(settings: VertexSettings, models: Sequence[str]) -> Iterator[Checked]:
    with closing(_connect(settings, PATIENCE)) as vendor:
        where = f"Vertex AI, {settings.region}, {str(vendor.client().base_url).rstrip('/')}"
        for model in models:
            yield Checked(model=model, where=where, wrong=vendor.knows(model), do=_CURES)


def _pages(settings: VertexSettings, model: str) -> PageLimits:
    return replace(page_limits(model.partition("@")[0]), size=_SIZE)


VENDOR = VendorDeclaration(
    name="vertex",
    settings=VertexSettings,
    key=_PROJECT,
    has_key=lambda settings: settings.project is not None,
    default_model=lambda settings: settings.model,
    connect=_connect,
    check=_check,
    prices=lambda settings: prices_in(settings.region),
    place=lambda settings: f"Google, {settings.region}",
    source=lambda settings: f"vertex {settings.region}",
    pages=_pages,
)
"""Asked where its project is set: Google's credentials alone may be there for something else."""
