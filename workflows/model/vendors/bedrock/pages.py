"""Pages that these models can be shown at Bedrock: as at Anthropic, but with a smaller request."""

import re
from dataclasses import replace

from workflows.model.asking.attachments import PageLimits
from workflows.model.vendors.anthropic.pages import page_limits as at_anthropic

_SIZE = 20 * 1024 * 1024
"""Bytes of a request. Amazon's documentation says 25,000,000 of an answer, and 20 MB of a request to these models."""
_AROUND = re.compile(r"^.*anthropic\.|-v\d+(:\d+)?$")


def page_limits(model: str) -> PageLimits:
    """Return the pages that a model can be shown. Of a profile with a name of one's own nothing is known."""
    return replace(at_anthropic(_AROUND.sub("", model)), size=_SIZE)
