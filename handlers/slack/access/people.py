"""Kinds of people: members, guests, bots, outsiders. Asked of Slack, and remembered for a few seconds.

A right that somebody has by a user group alone is a member's right. Whoever is named by id was meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import structlog
from slack_sdk import WebClient

from handlers.slack.access.lookups import Lookup
from handlers.slack.access.rights import PersonKind, UnknownKind, Unsure
from handlers.slack.error_codes import NOT_DONE, code_of, is_passing

log = structlog.get_logger()

REMEMBERED = 30.0
"""Seconds for which an answer is used: somebody who was just made a guest may still decide for as long."""


@dataclass(frozen=True, kw_only=True)
class _Known:
    """The knowledge about a person."""

    kind: PersonKind = PersonKind.MEMBER
    zone: str | None = None
    """Their time zone, a name of the IANA database."""
    unusable: str | None = None
    """Slack's error code where it will never tell."""


class People:
    """The kinds of people, by user id."""

    def __init__(self, client: WebClient) -> None:
        """Ask through `client`, which has to be one without retries."""
        self._client = client
        self._lookup = Lookup(self._ask, name="people", remembered=REMEMBERED)

    def __call__(self, user: str) -> PersonKind:
        """Return a person's kind. Raise `Unsure` for no answer now, `UnknownKind` for none ever."""
        known = self._lookup(user)
        if known.unusable is not None:
            raise UnknownKind(known.unusable)
        return known.kind

    def zone_of(self, user: str) -> ZoneInfo | None:
        """Return a person's time zone; None where Slack does not say, or says one that is not known here."""
        try:
            known = self._lookup(user)
            return ZoneInfo(known.zone) if known.zone else None
        except (Unsure, KeyError, ValueError, OSError):
            return None

    def _ask(self, user: str) -> _Known | None:
        """Ask Slack; None where it did not answer."""
        try:
            found = self._client.users_info(user=user)["user"]
            return _Known(kind=kind_of(found), zone=found.get("tz"))
        except NOT_DONE as error:
            code = code_of(error)
            log.warning("person.not_read", user=user, error=code)
            return None if is_passing(code) else _Known(unusable=code)
        except KeyError:
            log.warning("person.not_read", user=user, error="no user in the answer")
            return None


def kind_of(user: Mapping[str, object]) -> PersonKind:
    """Return the kind of a person, as users.info describes them."""
    if user.get("deleted"):
        return PersonKind.GONE
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return PersonKind.BOT
    if user.get("is_stranger"):
        return PersonKind.OUTSIDER
    return PersonKind.GUEST if user.get("is_restricted") or user.get("is_ultra_restricted") else PersonKind.MEMBER
