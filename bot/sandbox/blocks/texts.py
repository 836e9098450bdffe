"""Text objects, links, and confirmation dialogs."""

from collections.abc import Mapping

from bot.sandbox.blocks.shapes import Shape, exactly_one, flag, matching, one_of, record, string, typed
from handlers.slack import limits


def texts(most: int) -> Mapping[str, Shape]:
    """Describe text objects, by type."""
    return {
        "plain_text": record({"text": string(most)}, {"emoji": flag}),
        "mrkdwn": record({"text": string(most)}, {"verbatim": flag}),
    }


def plain(most: int) -> Shape:
    """Describe a plain_text object."""
    return typed({"plain_text": texts(most)["plain_text"]})


def any_text(most: int) -> Shape:
    """Describe a plain_text or mrkdwn object."""
    return typed(texts(most))


def link(most: int) -> Shape:
    """Describe an address on the web."""
    return matching(r"https?://[^\s/?#]+\S*", f"a link of at most {most} characters", most)


CONFIRM = record(
    {
        "title": plain(limits.CONFIRM_TITLE),
        "text": any_text(limits.CONFIRM_TEXT),
        "confirm": plain(limits.CONFIRM_BUTTON),
        "deny": plain(limits.CONFIRM_BUTTON),
    },
    {"style": one_of("primary", "danger")},
)

FILE = record(
    {},
    {"id": matching(r"F[A-Z0-9]{8,}", "the id of a file"), "url": link(limits.IMAGE_URL)},
    also=(exactly_one("id", "url"),),
)
PICTURED = {"image_url": link(limits.IMAGE_URL), "slack_file": FILE}
"""Ways of naming a picture."""
IMAGE_ELEMENT = record(
    {"alt_text": string(limits.IMAGE_ALT_TEXT)}, PICTURED, also=(exactly_one("image_url", "slack_file"),)
)
