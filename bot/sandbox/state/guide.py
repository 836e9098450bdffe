"""The page's guide: entries that lead to a place as somebody, and are ticked off."""

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, field_validator

from bot.sandbox.http.gate import is_loopback


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Told):
    """One thing to try. It is no link while it names neither a channel nor a page."""

    name: str
    """Name of the entry among the others."""
    title: str
    text: str = ""
    user: str | None = None
    """The person that one becomes by following it; None: one stays who one is."""
    channel: str | None = None
    """The id of the channel that it leads to."""
    message: str | None = None
    """The ts of the message in it; None: the newest."""
    url: str | None = None
    """Another page on this machine, where it leads to no channel."""
    done: bool = False
    done_by_going: bool = False
    """True if it is also ticked off as soon as somebody followed it."""

    @field_validator("url")
    @classmethod
    def _is_on_this_machine(cls, url: str | None) -> str | None:
        return url if url is None else local_address(url)


class Guide(_Told):
    """All that one can try, in order."""

    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    """A remark beside it."""


def local_address(url: str) -> str:
    """The address of another program on this machine. Raises ValueError for any other."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not is_loopback(parts.netloc):
        raise ValueError(f"{url} is no http address on this machine")
    return url
