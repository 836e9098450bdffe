"""Advice on installing an extra, from the place that Countersign itself was installed from.

The advice never uses Countersign's name alone: no package index holds it, so a stranger could register the name.
"""

import json
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

DISTRIBUTION = "countersign-bot"


def advice(extra: str) -> str:
    """Return the command that installs an extra of Countersign's."""
    source = _source()
    if source is None:
        return f"pip install './THE-WHEEL.whl[{extra}]', with the wheel or the checkout that Countersign came from"
    return f"pip install {'-e ' if source.is_dir() else ''}'{source}[{extra}]'"


def _source() -> Path | None:
    """Return the wheel or checkout that is installed; None where it is gone, or not known."""
    try:
        told = distribution(DISTRIBUTION).read_text("direct_url.json")  # PEP 610
    except PackageNotFoundError:
        return None
    url = urlsplit(json.loads(told)["url"]) if told else None
    if url is None or url.scheme != "file":
        return None
    path = Path(url2pathname(url.path))
    return path if path.exists() else None
