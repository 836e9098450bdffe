"""The screen of a person, and the outcome of an act."""

from pydantic import BaseModel, ConfigDict, JsonValue

Block = dict[str, JsonValue]


class _Shown(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ShownMessage(_Shown):
    """A message as one person sees it."""

    ts: str
    user: str
    bot_id: str | None = None
    text: str
    blocks: list[Block]
    attachments: list[Block]
    files: list[Block] = []
    metadata: Block | None
    edited: bool
    ephemeral: bool
    mentions: list[str]
    thread_ts: str | None = None
    unfurl_links: JsonValue = None
    unfurl_media: JsonValue = None
    parse: JsonValue = None
    link_names: JsonValue = None
    client_msg_id: JsonValue = None


class ShownView(_Shown):
    """An open modal."""

    id: str
    type: str
    callback_id: str
    title: Block
    submit: Block | None
    close: Block | None
    blocks: list[Block]
    private_metadata: str
    hash: str
    errors: dict[str, str]
    values: dict[str, dict[str, Block]]


class ShownHome(_Shown):
    """The Home tab of a person."""

    id: str
    type: str
    callback_id: str
    blocks: list[Block]
    private_metadata: str
    hash: str
    values: dict[str, dict[str, Block]]


class Outcome(_Shown):
    """The outcome of an act."""

    sent: bool
    acknowledged: bool
    milliseconds: int
    outcome: str
    errors: dict[str, str] = {}
    message: Block | None = None
    why: str = ""
    event_id: str = ""
    """Id of the event that told the app, if there was one."""
    answer: JsonValue = None
    """Content of the app's acknowledgement, for a payload sent by `send_payload`."""


class ShownCall(_Shown):
    """A Web API call of the app's."""

    method: str
    channel: str
    ok: bool
    error: str | None
    """Error that the call was refused with, whether the app was told so or not."""
    fault: str | None = None
    """Fault that was set for the call."""
    time: float
