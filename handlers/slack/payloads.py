"""Payloads of Slack, as far as a listener reads them. A payload that does not fit is refused before any work."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handlers.slack.access.admission import Origin
from handlers.slack.heard_messages import Written
from handlers.slack.ids import (
    FORM,
    NOT_LISTED,
    REWRITTEN,
    ROWS,
    WARNED,
    Alike,
    Callback,
    Handing,
    Listed,
    OpenRow,
    Row,
    Shown,
    read_chosen,
)
from workflows.engine.errors import Refused


class _Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


PayloadT = TypeVar("PayloadT", bound=_Payload)
HOME = "home"
"""Type of the view that is a person's Home."""


class User(_Payload):
    """The person who acted."""

    id: str
    team_id: str | None = None


class _Team(_Payload):
    id: str
    enterprise_id: str | None = None


class _Enterprise(_Payload):
    id: str


class _Acted(_Payload):
    """An act of a person."""

    team: _Team | None = None
    enterprise: _Enterprise | None = None
    user: User

    @property
    def origin(self) -> Origin:
        """Place where they acted."""
        of_team = self.team.enterprise_id if self.team else None
        return Origin(
            team=self.team.id if self.team else None,
            enterprise=self.enterprise.id if self.enterprise else of_team,
            home=self.user.team_id,
        )


class _Option(_Payload):
    value: str = ""


class _Pressed(_Payload):
    value: str = ""
    selected_option: _Option | None = None
    action_id: str = ""
    block_id: str = ""
    action_ts: str = ""


class _Container(_Payload):
    channel_id: str | None = None
    message_ts: str | None = None


class _State(_Payload):
    values: Mapping[str, Mapping[str, Mapping[str, object]]] = Field(default_factory=dict)


class _Words(_Payload):
    text: str = ""


class _Block(_Payload):
    block_id: str = ""
    label: _Words | None = None


class ShownRows(_Payload):
    """The rows of a list that a form shows."""

    first: int
    mark: str
    """Of all rows of the list."""


class Modal(_Payload):
    """The modal, or the Home, in which a person acted."""

    id: str
    type: str = "modal"
    callback_id: str = ""
    blocks: list[_Block] = Field(default_factory=list)
    hash: str = ""
    private_metadata: str = ""
    state: _State = Field(default_factory=_State)
    previous_view_id: str | None = None
    root_view_id: str | None = None

    @property
    def labels(self) -> Mapping[str, str]:
        """Label above each input, by block_id."""
        return {block.block_id: block.label.text for block in self.blocks if block.label is not None}

    @property
    def order(self) -> Sequence[str]:
        """block_ids as they stand in the modal."""
        return [block.block_id for block in self.blocks]

    @property
    def mark(self) -> str:
        """Mark of the form's version; empty for a modal without one."""
        named = (block.block_id for block in self.blocks if block.block_id.startswith(FORM))
        return next(named, "").removeprefix(FORM)

    @property
    def shown(self) -> Shown:
        """Review, or case, that the modal is about. Raise `Refused`."""
        return Shown.read(self.private_metadata.partition(" ")[0])

    @property
    def handing(self) -> Handing:
        """Case that is handed in with the modal. Raise `Refused`."""
        return Handing.read(self.private_metadata)

    @property
    def is_correction(self) -> bool:
        """True if the modal is about a delivered case that is corrected in it, and not about a review."""
        return self.callback_id in (Callback.CORRECT, Callback.CORRECT_ROW)

    @property
    def is_of_input(self) -> bool:
        """True if the modal is about a case whose input is put right in it, and not about a review."""
        return self.callback_id in (Callback.CORRECT_INPUT, Callback.CORRECT_INPUT_ROW)

    @property
    def is_spot_check(self) -> bool:
        """True if the modal is about a spot check, and not about a review."""
        return self.callback_id in (Callback.SPOT_CHECK, Callback.SPOT_CHECK_ROW, Callback.SPOT_CHECK_GRADE)

    @property
    def is_of_pack(self) -> bool:
        """True if the modal is about a case of a review pack, and not about a review."""
        return self.callback_id in (Callback.PACK, Callback.PACK_FORM, Callback.PACK_ROW)

    @property
    def rows(self) -> Mapping[str, "ShownRows"]:
        """Rows that the form shows, by the field of their list."""
        named = [block.block_id.removeprefix(ROWS) for block in self.blocks if block.block_id.startswith(ROWS)]
        found = {}
        for one in named:
            row, _, mark = one.rpartition(".")
            at = Row.read(row)
            found[at.field] = ShownRows(first=at.place, mark=mark)
        return found

    @property
    def open_row(self) -> OpenRow:
        """Row that the modal is the form of. Raise `Refused`."""
        return OpenRow.read(self.private_metadata.split(" ")[-1])

    @property
    def warned(self) -> frozenset[str]:
        """Marks of the doubts that the form shows about what was typed in it."""
        named = [block.block_id.removeprefix(WARNED) for block in self.blocks if block.block_id.startswith(WARNED)]
        return frozenset(one.partition(".")[0] for one in named)

    @property
    def is_rewritten(self) -> bool:
        """True if the form shows texts that were written anew."""
        return any(block.block_id.startswith(REWRITTEN) for block in self.blocks)

    @property
    def has_room_above(self) -> bool:
        """True if one more modal can be put on it."""
        return self.previous_view_id is None or self.previous_view_id == self.root_view_id

    @property
    def alike(self) -> Alike:
        """Cases that are alike which the modal shows. Raise `Refused`."""
        return Alike.read(self.shown, self.private_metadata.split(" ")[-1])

    @property
    def listed(self) -> Listed | None:
        """List that the modal was opened from, at the bottom of the stack; None where it was opened alone."""
        _, is_from, rest = self.private_metadata.partition(" ")
        listed = rest.partition(" ")[0]
        return Listed.read(listed) if is_from and listed != NOT_LISTED else None


class Click(_Acted):
    """A press of a button."""

    actions: list[_Pressed] = Field(min_length=1)
    container: _Container
    seen: Modal | None = Field(default=None, alias="view")

    @property
    def view(self) -> Modal | None:
        """Modal with the button; None for a button elsewhere."""
        return self.seen if self.seen is not None and self.seen.type != HOME else None

    @property
    def home(self) -> Modal | None:
        """Home with the button; None for a button elsewhere."""
        return self.seen if self.seen is not None and self.seen.type == HOME else None

    @property
    def value(self) -> str:
        """Value that the button carries, or the choice in a menu."""
        pressed = self.actions[0]
        return pressed.value if pressed.selected_option is None else read_chosen(pressed.selected_option.value)[1]

    @property
    def channel(self) -> str | None:
        """Channel of the message with the button; None for a button in a modal."""
        return self.container.channel_id

    @property
    def block(self) -> str:
        """block_id of the block with the button."""
        return self.actions[0].block_id

    @property
    def interaction_id(self) -> str:
        """Id of this press, equal only for a repetition: an envelope can arrive twice."""
        pressed, where = self.actions[0], self.seen.id if self.seen else self.container.message_ts
        return _heard(self.team, self.user, where, pressed.action_id, pressed.action_ts)


class _Named(_Payload):
    id: str


class _Message(_Payload):
    ts: str
    thread_ts: str | None = None


class HandedMessage(_Acted):
    """A choice in the menu of a message that a person hands in, with what stands in it."""

    channel: _Named
    message: Written


class Shortcut(_Acted):
    """A choice in the menu of a message."""

    channel: _Named
    message: _Message

    @property
    def about(self) -> str:
        """The message, and the one that it answers if it is in a thread, by their ids."""
        named = (self.channel.id, self.message.ts, self.message.thread_ts)
        return " ".join(name for name in named if name)


class Submission(_Acted):
    """A submission of a modal."""

    view: Modal

    @property
    def channel(self) -> None:
        """None: a modal is in no channel."""
        return None

    @property
    def interaction_id(self) -> str:
        """Id of this submission, equal only for a repetition: each drawing of a form has its own hash."""
        return _heard(self.team, self.user, self.view.id, self.view.hash)


class Search(_Acted):
    """A search for options in a menu of a modal."""

    view: Modal
    block_id: str
    value: str = Field(default="", max_length=1_000)

    @property
    def channel(self) -> None:
        """None: a modal is in no channel."""
        return None


class _Event(_Payload):
    type: str


class Event(_Payload):
    """An event of the workspace."""

    event_id: str = Field(min_length=1, max_length=100)
    team_id: str | None = None
    enterprise_id: str | None = None
    event: _Event

    @property
    def origin(self) -> Origin:
        """Place where it happened."""
        return Origin(team=self.team_id, enterprise=self.enterprise_id, home=None)


class _HomeOpened(_Payload):
    user: str
    tab: str = HOME
    view: Modal | None = None


class HomeOpened(_Payload):
    """The event that a person opened the app's Home or its messages."""

    team_id: str | None = None
    enterprise_id: str | None = None
    event: _HomeOpened

    @property
    def origin(self) -> Origin:
        """Place where it happened."""
        return Origin(team=self.team_id, enterprise=self.enterprise_id, home=None)


class Typed(_Payload):
    """A slash command that was typed."""

    team_id: str | None = None
    enterprise_id: str | None = None
    user_id: str
    text: str = ""
    trigger_id: str = ""

    @property
    def origin(self) -> Origin:
        """Place where it was typed."""
        return Origin(team=self.team_id, enterprise=self.enterprise_id, home=None)

    @property
    def interaction_id(self) -> str | None:
        """Id of this very command; None where Slack names none."""
        return f"{self.user_id} {self.trigger_id}"[:250] if self.trigger_id else None

    @property
    def words(self) -> str:
        """Text after the command, as the person sees it: Slack sends three characters as entities."""
        return self.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _heard(team: _Team | None, user: User, *parts: str | None) -> str:
    return " ".join([team.id if team else "", user.id, *(part or "" for part in parts)])[:250]


def click(body: Mapping[str, Any]) -> Click:
    """Read a press. Raise `Refused`."""
    return _read(Click, body)


def submission(body: Mapping[str, Any]) -> Submission:
    """Read a submission. Raise `Refused`."""
    return _read(Submission, body)


def search(body: Mapping[str, Any]) -> Search:
    """Read a search. Raise `Refused`."""
    return _read(Search, body)


def shortcut(body: Mapping[str, Any]) -> Shortcut:
    """Read a choice in the menu of a message. Raise `Refused`."""
    return _read(Shortcut, body)


def handed_message(body: Mapping[str, Any]) -> HandedMessage:
    """Read the choice of a message to hand in. Raise `Refused`."""
    return _read(HandedMessage, body)


def event(body: Mapping[str, Any]) -> Event:
    """Read an event. Raise `Refused`."""
    return _read(Event, body)


def home_opened(body: Mapping[str, Any]) -> HomeOpened:
    """Read the event that a Home was opened. Raise `Refused`."""
    return _read(HomeOpened, body)


def typed(body: Mapping[str, Any]) -> Typed:
    """Read a command. Raise `Refused`."""
    return _read(Typed, body)


def _read(form: type[PayloadT], body: Mapping[str, Any]) -> PayloadT:
    try:
        return form.model_validate(body)
    except ValidationError as error:
        raise Refused("Slack sent something that Countersign does not understand; nothing was done.") from error
