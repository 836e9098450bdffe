"""The rich_text block."""

from collections.abc import Mapping

from bot.sandbox.blocks.shapes import Shape, each, flag, matching, one_of, record, string, typed, whole
from bot.sandbox.blocks.texts import link
from handlers.slack import limits

PARTS = 1_000
"""Most elements in one list; a limit of our own, since Slack names none."""

_STYLE = {"style": record({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), flag))}
_LINE: Mapping[str, Shape] = {
    "text": record({"text": string(limits.MESSAGE_TEXT)}, _STYLE),
    "link": record(
        {"url": matching(r"(https?://|mailto:|tel:)\S+", "a link")},
        {**_STYLE, "text": string(limits.MESSAGE_TEXT), "unsafe": flag},
    ),
    "emoji": record(
        {"name": matching(r"[a-z0-9_+'-]+", "an emoji's name", 100)},
        {**_STYLE, "skin_tone": whole(1, 6), "unicode": string(100)},
    ),
    "user": record({"user_id": matching(r"[UW][A-Z0-9]{2,}", "a user's id", 50)}, _STYLE),
    "usergroup": record({"usergroup_id": matching(r"S[A-Z0-9]{2,}", "a group's id", 50)}, _STYLE),
    "channel": record({"channel_id": matching(r"[CGD][A-Z0-9]{2,}", "a channel's id", 50)}, _STYLE),
    "broadcast": record({"range": one_of("here", "channel", "everyone")}, _STYLE),
    "color": record({"value": matching(r"#[0-9a-fA-F]{6}", "a colour", 7)}, _STYLE),
    "date": record(
        {"timestamp": whole(0, 99_999_999_999), "format": string(limits.MESSAGE_TEXT)},
        {**_STYLE, "url": link(limits.BUTTON_URL), "fallback": string(limits.MESSAGE_TEXT)},
    ),
}
_SECTION = record({"elements": each(typed(_LINE), most=PARTS, least=0)})
_WITH_BORDER = {"border": whole(0, 1)}

RICH_TEXT = record(
    {
        "elements": each(
            typed(
                {
                    "rich_text_section": _SECTION,
                    "rich_text_quote": record({"elements": each(typed(_LINE), most=PARTS)}, _WITH_BORDER),
                    "rich_text_preformatted": record(
                        {"elements": each(typed({name: _LINE[name] for name in ("text", "link")}), most=PARTS)},
                        {**_WITH_BORDER, "language": string(50)},
                    ),
                    "rich_text_list": record(
                        {
                            "elements": each(typed({"rich_text_section": _SECTION}), most=PARTS),
                            "style": one_of("bullet", "ordered"),
                        },
                        {**_WITH_BORDER, "indent": whole(0, 8), "offset": whole(0, 100_000)},
                    ),
                }
            ),
            most=PARTS,
        )
    },
    {"block_id": string(limits.ID)},
)
