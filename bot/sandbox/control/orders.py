"""Orders to the control API, as they come in."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from bot.sandbox.errors import BadRequest, NotPossible
from bot.sandbox.faults.calls import FaultKind
from bot.sandbox.json import parse
from bot.sandbox.state.guide import Guide


class Order(BaseModel):
    """An order with its fields; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


Kind = TypeVar("Kind", bound=Order)


class Press(Order):
    user: str
    channel: str
    ts: str
    action_id: str
    block_id: str | None = None
    selected: JsonValue = None
    confirmed: bool = False


class PressInView(Order):
    user: str
    action_id: str
    block_id: str | None = None
    selected: JsonValue = None
    confirmed: bool = False


class PressInHome(PressInView):
    """The same in the Home tab."""


class Shortcut(Order):
    user: str
    channel: str
    ts: str
    callback_id: str


class Say(Order):
    user: str
    channel: str
    text: str
    thread_ts: str | None = None
    files: list[str] = []


class Rewrite(Order):
    user: str
    channel: str
    ts: str
    text: str


class Withdraw(Order):
    user: str
    channel: str
    ts: str


class Join(Order):
    user: str
    channel: str


class ChangeUser(Order):
    user: str
    guest: bool | None = None
    single_channel: bool | None = None
    time_zone: str | None = None
    status_text: str | None = None
    snoozed_until: int | None = None


class FillIn(Order):
    user: str
    values: dict[str, JsonValue]


class Submit(Order):
    user: str
    values: dict[str, JsonValue] = {}


class Suggest(Order):
    user: str
    block_id: str
    text: str = ""


class Close(Order):
    user: str
    all: bool = False


class Command(Order):
    user: str
    channel: str
    command: str
    text: str = ""


class ForUser(Order):
    user: str


class ForChannel(Order):
    channel: str


class ForMessage(Order):
    channel: str
    ts: str


class SetGroup(Order):
    group: str
    members: list[str]


class Refresh(Order):
    drop: bool = False
    """True to end the connections instead of asking for new ones."""


class SetRequestUrl(Order):
    url: str | None = None


class SetGuide(Order):
    guide: Guide


class SetDisabled(Order):
    group: str
    disabled: bool


class SendPayload(Order):
    payload: dict[str, JsonValue]


class SetScopes(Order):
    scopes: list[str]


class AnswerExchange(Order):
    also: dict[str, JsonValue]


class SendEvent(Order):
    type: str


class SendEventAgain(Order):
    event_id: str


class FailCall(Order):
    kind: FaultKind
    method: str | None = None
    channel: str | None = None
    times: int | None = 1
    seconds: float | None = None
    status: int = 500
    error: str | None = None


class DuplicateEnvelopes(Order):
    times: int = 1
    apart: bool = False


class RefreshBefore(Order):
    times: int = 1


class Disconnect(Order):
    seconds: float | None = None


class DeleteFile(Order):
    user: str
    file: str


class SetFileSeconds(Order):
    seconds: float


class Nothing(Order):
    """An order without fields."""


def read_order(kind: type[Kind], body: bytes) -> Kind:
    """Read an order. Raise BadRequest for a body that is no JSON object, NotPossible for wrong fields."""
    value = parse(body or b"{}", otherwise="invalid_json")
    if not isinstance(value, dict):
        raise BadRequest(400, "json_not_object")
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise NotPossible(400, f"{'.'.join(map(str, first['loc']))[:100]}: {first['msg']}") from None
