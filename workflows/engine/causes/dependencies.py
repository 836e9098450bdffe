"""The other system that an error is about, as far as the error says so. Pure."""

from collections.abc import Iterator

_DEEP = 5
"""Most errors behind an error that are looked at."""
MOST = 100
"""Characters of a system's name."""


def dependency_of(error: BaseException) -> str | None:
    """Return the name of the system that an error is about, or its host; None where the error names none.

    Countersign's own tools name the system. The errors of other HTTP clients know the URL that was asked.
    """
    for one in _behind(error):
        name = getattr(one, "dependency", None) or _host(one)
        if isinstance(name, str) and name.strip():
            return name.strip()[:MOST]
    return None


def _behind(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    for _ in range(_DEEP):
        if one is None:
            return
        yield one
        one = one.__cause__


def _host(error: BaseException) -> str | None:
    try:
        # httpx keeps the request, and so does requests, whose URL is a text.
        url = getattr(getattr(error, "request", None), "url", None)
        host = getattr(url, "host", None)
    except Exception:  # noqa: BLE001  # a property of somebody else's error may raise
        return None
    if isinstance(host, str):
        return host
    _, is_url, rest = url.partition("://") if isinstance(url, str) else ("", "", "")
    return rest.split("/")[0].rpartition("@")[2].partition(":")[0] if is_url else None
