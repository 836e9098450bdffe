"""Every way in which a person can ask Slack for something of ours, with references that anybody could write.

A table names for each button, each modal and each command what it is about. One that is added and not in the table
fails a test; so does a listener that nothing here reaches.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, product
from typing import Any

from handlers.commands import COMMANDS
from handlers.slack.ids import Action, Alike, Callback, HomePlace, Listed, OpenRow, Row, Shown
from handlers.slack.progress import Progress
from store import schema
from tests.slack.stage import SUPPORT, Stage
from workflows.engine.digests.failures.needs import About, NeedKind
from workflows.engine.text.form_records import rows_mark
from workflows.quality.autonomy.views import Reach

TEAM = "T0SANDBOX"
_NUMBERS = count(1)


class Of(StrEnum):
    """Kinds of rows that a reference is about."""

    REVIEW = "review"
    CASE = "case"
    DELIVERY = "delivery"
    CAUSE = "cause"
    COURSE = "course"
    DEPLOYMENT = "deployment"
    EPOCH = "epoch"
    DIGEST = "digest"
    SPOT_CHECK = "spot_check"
    ANNOUNCEMENT = "announcement"
    IMPROVEMENT = "improvement"
    WORKFLOW = "workflow"
    VOLUME_TEST = "volume_test"
    PACKED = "packed"
    """A case of a review pack."""
    NEED = "need"
    HANDING = "handing"
    """A case that is handed in, and no row yet."""
    NOTHING = "nothing"


BUTTONS: Mapping[Action, Of] = {
    **dict.fromkeys(
        (
            Action.DETAILS,
            Action.EDIT,
            Action.REJECT,
            Action.STEP_EDIT,
            Action.STEP_REJECT,
            Action.BACK_TO_STEP,
            Action.REVIEW,
            Action.NEXT,
            Action.ASK_SOURCE,
            Action.ANSWER,
            Action.ASSIGN,
            Action.ALIKE,
            Action.OPEN_ROW,
            Action.ALIKE_PAGE,
            Action.MORE,
            Action.SKIP,
            Action.CLAIM,
            Action.TAKE_OVER,
            Action.ESCALATE,
            Action.ASSIGN_NOBODY,
            Action.APPROVE,
            Action.ALL_THE_SAME,
            Action.UNDO,
            Action.UNDO_LAST,
            Action.REPORT,
        ),
        Of.REVIEW,
    ),
    **dict.fromkeys((Action.CASE, Action.CORRECT, Action.CORRECT_INPUT, Action.ORIGINAL), Of.CASE),
    **dict.fromkeys((Action.LOOK, Action.HAPPENED, Action.NOT_HAPPENED, Action.DELIVER), Of.DELIVERY),
    **dict.fromkeys(
        (
            Action.IGNORE,
            Action.MEND,
            Action.RESOLVE,
            Action.OPEN_AGAIN,
            Action.RERUN_ONE,
            Action.RERUN_ALL,
            Action.RERUN_LATER,
            Action.RERUN_WELL,
            Action.STOP_RERUN,
        ),
        Of.CAUSE,
    ),
    **dict.fromkeys(
        (Action.FORWARD, Action.EXPAND, Action.HOLD, Action.STOP, Action.PAUSE_CHOSEN),
        Of.COURSE,
    ),
    **dict.fromkeys(
        (
            Action.SIGN_VERSION,
            Action.SIGN_ALL_THE_SAME,
            Action.REJECT_VERSION,
            Action.GIVE_UP_VERSION,
            Action.WHAT_CHANGES,
            Action.ROLL_BACK,
        ),
        Of.DEPLOYMENT,
    ),
    **dict.fromkeys(
        (Action.LET_ALONE, Action.NOT_NOW, Action.LET_IN_CERTIFICATE, Action.TAKE_ALONE_BACK),
        Of.EPOCH,
    ),
    **dict.fromkeys((Action.START_CHECKS, Action.REASONS, Action.LOOKED), Of.DIGEST),
    **dict.fromkeys((Action.READ_CASE, Action.LEAVE), Of.SPOT_CHECK),
    Action.STOP_ANNOUNCED: Of.ANNOUNCEMENT,
    **dict.fromkeys((Action.TAKE_IMPROVEMENT, Action.LEAVE_IMPROVEMENT), Of.IMPROVEMENT),
    **dict.fromkeys((Action.WIDEN, Action.WIDEN_IN_CHARTER), Of.WORKFLOW),
    Action.JUDGE: Of.VOLUME_TEST,
    **dict.fromkeys(
        (Action.JUDGE_WRONG, Action.BACK_TO_PROPOSAL, Action.SKIP_PACKED, Action.READ_PACKED),
        Of.PACKED,
    ),
    Action.NEED: Of.NEED,
    **dict.fromkeys(
        (
            Action.START,
            Action.PAGE,
            Action.AWAY,
            Action.BACK,
            Action.CHANGE_ROW,
            Action.REMOVE_ROW,
            Action.ADD_ROW,
            Action.ROWS,
            Action.START_ANEW,
            Action.BACK_TO_FORM,
            Action.CHARTER,
            Action.CERTIFICATE,
            Action.HOME_PAGE,
            Action.GOT_IT,
            Action.REFRESH,
            Action.DEFINE_NUMBERS,
            Action.SIGN,
            Action.EXAMPLES,
            Action.TAKE_EXAMPLES,
            Action.CRITICAL_EXAMPLES,
            Action.LEAVE_EXAMPLES,
            Action.SPOT_CHECKS,
            Action.ANNOUNCED,
        ),
        Of.NOTHING,
    ),
}
"""A button -> what its value is about."""
IN_CAUSES = (Action.IGNORE, Action.OPEN_AGAIN, Action.RESOLVE)
"""The choices in the menu of a cause's card."""
IN_FORMS = (
    Action.CHANGE_ROW,
    Action.ADD_ROW,
    Action.REMOVE_ROW,
    Action.ROWS,
    Action.START_ANEW,
    Action.BACK_TO_FORM,
)
"""Buttons whose modal says what they are about."""
_AFTER = {
    Action.CASE: ".0",
    Action.PAGE: ".back",
    Action.ALIKE_PAGE: ".back",
    Action.HOME_PAGE: ".queues.on",
    Action.CHARTER: ".0",
    Action.ROWS: ".back",
}
"""Ends of the names of buttons of which several stand together."""
MODALS: Mapping[Callback, Of] = {
    **dict.fromkeys(
        (
            Callback.EDIT,
            Callback.ROW,
            Callback.REJECT,
            Callback.RULE,
            Callback.REVIEW,
            Callback.STEP,
            Callback.GRID,
            Callback.GRID_ON,
            Callback.GRID_DONE,
            Callback.ASK_SOURCE,
            Callback.ANSWER,
            Callback.ASSIGN,
            Callback.REPORT,
        ),
        Of.REVIEW,
    ),
    **dict.fromkeys(
        (Callback.CORRECT, Callback.CORRECT_ROW, Callback.CORRECT_INPUT, Callback.CORRECT_INPUT_ROW), Of.CASE
    ),
    **dict.fromkeys((Callback.SPOT_CHECK, Callback.SPOT_CHECK_ROW, Callback.SPOT_CHECK_GRADE), Of.SPOT_CHECK),
    **dict.fromkeys((Callback.PACK, Callback.PACK_FORM, Callback.PACK_ROW), Of.PACKED),
    Callback.PACK_ON: Of.VOLUME_TEST,
    **dict.fromkeys((Callback.HAND_IN, Callback.HAND_IN_TO), Of.HANDING),
    Callback.IGNORE: Of.CAUSE,
    Callback.COURSE: Of.COURSE,
    **dict.fromkeys((Callback.SIGN_VERSION, Callback.ROLL_BACK), Of.DEPLOYMENT),
    Callback.TAKE_ALONE_BACK: Of.EPOCH,
    Callback.LOOKED: Of.DIGEST,
    **dict.fromkeys(
        (
            Callback.LIST,
            Callback.GO_ON,
            Callback.SKIPPED,
            Callback.READ,
            Callback.AWAY,
            Callback.SPOT_CHECK_ON,
            Callback.SIGN_EXCEPTION,
        ),
        Of.NOTHING,
    ),
}
"""A modal -> what it carries a reference of."""
FORMS = (Callback.EDIT, Callback.CORRECT, Callback.CORRECT_INPUT, Callback.SPOT_CHECK, Callback.PACK_FORM)
ROW_FORMS = (
    Callback.ROW,
    Callback.CORRECT_ROW,
    Callback.CORRECT_INPUT_ROW,
    Callback.SPOT_CHECK_ROW,
    Callback.PACK_ROW,
)
WORDS: Mapping[str, Sequence[str]] = {
    "queue": [""],
    "review": ["", "{}"],
    "case": ["{}"],
    "explain": ["{}"],
    "receipt": ["{}"],
    "readings": ["{}"],
    "wrong": ["{} it is wrong"],
    "status": [""],
    "causes": ["", "{cause}"],
    "workflows": ["", "letters"],
    "charter": ["letters"],
    "examples": ["letters"],
    "improvements": ["letters"],
    "certificate": ["letters"],
    "let": ["letters"],
    "withdraw": ["letters it is over"],
    "changes": ["", "letters"],
    "scope": ["letters", "letters 100"],
    "volume-test": ["", "letters"],
    "submit": ["", "letters"],
    "rerun": [
        "{} dry",
        "{} from look_up dry",
        "{} corrected",
        "cause {cause} dry",
        "failed letters since 2d dry",
        "{}",
    ],
    "follow": ["{}"],
    "pause": ["", "other for a while"],
    "resume": ["other"],
    "propose": ["letters"],
    "mine": [""],
    "doctor": [""],
    "help": [""],
}
"""A command -> the words after it. `{}`: a case; `{cause}`: a cause."""
SHORTCUTS = (Callback.REPORT, Callback.HAND_IN)
EVENTS = (
    "message",
    "app_home_opened",
    "app_uninstalled",
    "tokens_revoked",
    "subteam_members_changed",
    "subteam_updated",
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who acts."""

    user: str
    team: str = TEAM
    """Workspace that Slack says they are from."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way in which a person asks for something."""

    name: str
    body: Mapping[str, Any]


def references(stage: Stage) -> dict[Of, list[str]]:
    """Return a reference to every row that a button may be about, as anybody could guess it."""
    found: dict[Of, list[str]] = {kind: [] for kind in Of}

    def add(kind: Of, id: int, *versions: int) -> None:
        found[kind] += [str(Shown(id=id, version=version, generation=0)) for version in dict.fromkeys(versions)]

    for row in stage.world.rows(schema.Review):
        assert isinstance(row, schema.Review)
        add(Of.REVIEW, row.id, row.version)
    for case in stage.world.rows(schema.Case):
        view = stage.world.case(case.id)
        add(Of.CASE, case.id, view.newest.id, view.moves)
    for delivery in stage.world.rows(schema.Delivery):
        assert isinstance(delivery, schema.Delivery)
        add(Of.DELIVERY, delivery.id, delivery.attempts)
    for check in stage.world.rows(schema.SpotCheck):
        assert isinstance(check, schema.SpotCheck)
        add(Of.SPOT_CHECK, check.id, check.version)
    for announcement in stage.world.rows(schema.Announcement):
        add(Of.ANNOUNCEMENT, announcement.id, 1)
    for workflow in stage.world.rows(schema.Workflow):
        # It looks at all of its cases.
        add(Of.WORKFLOW, workflow.id, 10_000)
    for test in stage.world.rows(schema.VolumeTest):
        add(Of.VOLUME_TEST, test.id, 0)
    for packed in stage.world.rows(schema.VolumeCase):
        assert isinstance(packed, schema.VolumeCase)
        add(Of.PACKED, packed.id, packed.volume_test_id)
    for cause in stage.world.rows(schema.Cause):
        add(Of.CAUSE, cause.id, 0, 1)
    for deployment in stage.world.rows(schema.Deployment):
        assert isinstance(deployment, schema.Deployment)
        add(Of.DEPLOYMENT, deployment.id, deployment.change)
    for epoch in stage.world.rows(schema.Epoch):
        assert isinstance(epoch, schema.Epoch)
        add(Of.EPOCH, epoch.id, Reach(level=epoch.level, floor=None, share=None).shown(epoch.change))
    for improvement in stage.world.rows(schema.Improvement):
        assert isinstance(improvement, schema.Improvement)
        add(Of.IMPROVEMENT, improvement.id, improvement.change)
    for course in stage.world.rows(schema.Course):
        add(Of.COURSE, course.id, 1)
    workflows = [row.id for row in stage.world.rows(schema.Workflow)]
    for digest in stage.world.rows(schema.Digest):
        add(Of.DIGEST, digest.id, *workflows)
    causes = [row.id for row in stage.world.rows(schema.Cause)]
    ids = {About.WORKFLOW: workflows, About.CAUSE: causes, About.TEAM: [0]}
    for need in NeedKind:
        found[Of.NEED] += [f"{need}.{about}.{id}.0.0" for about in About for id in ids.get(about, [1])]
    found[Of.HANDING] = ["letters C0SUPPORT/1.000001 U0EVE", "- C0SUPPORT/1.000001 U0EVE"]
    found[Of.NOTHING] = ["", "0", "letters"]
    return found


def ways_out(stage: Stage, who: Person) -> Iterator[Way]:
    """Yield every way in which this person can ask for something."""
    known = references(stage)
    yield from _commands(stage, who)
    for name in EVENTS:
        yield Way(name=name, body=_event(who, name))
    for message in stage.cards()[:3]:
        for callback in SHORTCUTS:
            yield Way(name=f"shortcut {callback}", body=_shortcut(who, callback, message.ts))
    for action, about in BUTTONS.items():
        for value in known[about][: 2 if action is Action.MORE else None]:
            yield from _presses(who, action, value, known)
    for value in known[Of.CAUSE]:
        yield from _presses(who, Action.MORE, value, known, in_menu=IN_CAUSES)
    for callback, about in MODALS.items():
        for value in known[about]:
            for metadata in _carried(callback, value):
                yield from _sent(who, callback, metadata)


def _sent(who: Person, callback: Callback, metadata: str) -> Iterator[Way]:
    view = _view(callback, metadata)
    yield Way(name=f"submit {callback} {metadata}", body={**_acted(who, "view_submission"), "view": view})
    if callback in (*FORMS, *ROW_FORMS, Callback.STEP, Callback.PACK):
        yield Way(name=f"close {callback} {metadata}", body={**_acted(who, "view_closed"), "view": view})
    if callback in (*FORMS, *ROW_FORMS):
        search = {"block_id": "queue.0.0", "action_id": "queue.0.0", "value": ""}
        body = {**_acted(who, "block_suggestion"), **search, "view": view}
        yield Way(name=f"search {callback} {metadata}", body=body)


def _commands(stage: Stage, who: Person) -> Iterator[Way]:
    cases = [str(row.id) for row in stage.world.rows(schema.Case)]
    keys = [str(row.key) for row in stage.world.rows(schema.Case) if isinstance(row, schema.Case)]
    causes = [row.fingerprint for row in stage.world.rows(schema.Cause) if isinstance(row, schema.Cause)]
    for name, some in WORDS.items():
        for words in some:
            of = causes if "{cause}" in words else [*cases, keys[0]] if "{}" in words else [""]
            for one in of:
                text = f"{name} {words.format(one, cause=one)}".strip()
                yield Way(name=f"/countersign {text}", body=_command(who, "/countersign", text))
    for case in cases:
        yield Way(name=f"/rerun {case} dry", body=_command(who, "/rerun", f"{case} dry"))


def _presses(
    who: Person, action: Action, value: str, known: Mapping[Of, Sequence[str]], *, in_menu: Sequence[Action] = ()
) -> Iterator[Way]:
    session = Listed(progress=Progress())
    if action in IN_FORMS:
        callbacks = ROW_FORMS if action is Action.BACK_TO_FORM else FORMS
        abouts = [(callback, about) for callback in callbacks for about in known[MODALS[callback]]]
        modals = [(callback, metadata) for callback, about in abouts for metadata in _carried(callback, about)[:1]]
        places = [_in_view(callback, metadata) for callback, metadata in modals]
        value = str(Row(field="lines", place=0))
    elif action is Action.ALIKE_PAGE:
        places = [_in_view(Callback.GRID, metadata) for metadata in _carried(Callback.GRID, value)]
        value = "0"
    elif action is Action.MORE:
        places = [_in_channel()]
    elif BUTTONS[action] is Of.REVIEW:
        places = [_in_channel(), _in_view(Callback.STEP, f"{value} {session}")]
    elif BUTTONS[action] is Of.NOTHING:
        places = [_in_channel(), _in_home()]
    else:
        places = [_in_channel()]
    # Each choice in a menu is one of the other buttons.
    on_cards = [*(one for one, of in BUTTONS.items() if of is Of.REVIEW), Action.ORIGINAL]
    chosen = in_menu or on_cards if action is Action.MORE else [None]
    for place, choice in product(places, chosen):
        pressed: dict[str, Any] = {"action_id": f"{action}{_AFTER.get(action, '')}", "type": "button", "value": value}
        if choice is not None:
            pressed["selected_option"] = {"value": f"{choice}:{value}"}
        actions = [{**pressed, "block_id": "b", "action_ts": _next()}]
        where = place.get("view", {}).get("private_metadata", "channel")
        body = {**_acted(who, "block_actions"), **place, "actions": actions}
        yield Way(name=f"{choice or action} {value} in {where}", body=body)


def _carried(callback: Callback, about: str) -> list[str]:
    """Return what a modal may carry."""
    session, listed = Listed(progress=Progress()), Listed()
    if callback in ROW_FORMS:
        row = OpenRow(row=Row(field="lines", place=0), mark=rows_mark([]), generation=0, is_alone=False)
        return [f"{about} - {row}"]
    if callback in (Callback.GRID, Callback.GRID_ON, Callback.GRID_DONE):
        shown = Shown.read(about)
        return [f"{about} {session} {Alike(shown=shown, rows=[shown])}"]
    if callback in (Callback.GO_ON, Callback.SKIPPED, Callback.SPOT_CHECK_ON):
        return [f"1.1 {session}"]
    if callback is Callback.ASSIGN:
        return [f"{about} - 0"]
    if callback in (Callback.EDIT, Callback.REJECT, Callback.RULE, Callback.STEP):
        return [f"{about} {session}", about]
    return [about, f"{about} {listed}"]


def _acted(who: Person, type: str) -> dict[str, Any]:
    return {
        "type": type,
        "team": {"id": who.team},
        "user": {"id": who.user, "team_id": who.team},
        "trigger_id": f"{_next()}.1.x",
    }


def _in_channel() -> dict[str, Any]:
    container = {"type": "message", "channel_id": SUPPORT, "message_ts": "1.000001"}
    return {"container": container, "channel": {"id": SUPPORT}}


def _in_view(callback: Callback, metadata: str) -> dict[str, Any]:
    return {"container": {"type": "view", "view_id": "V0FORGED"}, "view": _view(callback, metadata)}


def _in_home() -> dict[str, Any]:
    view = {"id": "V0HOME", "type": "home", "hash": "", "private_metadata": str(HomePlace()), "blocks": []}
    return {"container": {"type": "view", "view_id": "V0HOME"}, "view": view}


def _view(callback: Callback, metadata: str) -> dict[str, Any]:
    return {
        "id": "V0FORGED",
        "type": "modal",
        "callback_id": str(callback),
        "hash": _next(),
        "private_metadata": metadata,
        "state": {"values": {}},
        "blocks": [],
        "root_view_id": "V0FORGED",
        "previous_view_id": None,
    }


def _command(who: Person, command: str, text: str) -> dict[str, Any]:
    return {
        "command": command,
        "text": text,
        "user_id": who.user,
        "team_id": who.team,
        "channel_id": SUPPORT,
        "trigger_id": f"{_next()}.1.x",
    }


def _event(who: Person, name: str) -> dict[str, Any]:
    event = {"type": name, "user": who.user, "tab": "home", "subteam_id": "S0SUPPORT"}
    return {"type": "event_callback", "team_id": who.team, "event_id": f"Ev{_next()}", "event": event}


def _shortcut(who: Person, callback: Callback, ts: str) -> dict[str, Any]:
    more = {"callback_id": str(callback), "channel": {"id": SUPPORT}, "message": {"ts": ts}}
    return {**_acted(who, "message_action"), **more}


def _next() -> str:
    return str(next(_NUMBERS))


NAMES = {command.name for command in COMMANDS}
"""The subcommands that there are."""
