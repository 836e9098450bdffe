"""Changes of a workflow's terms in words: each part that changed, what that widens, and who signed."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import JsonValue

from handlers.texts.people import people
from handlers.texts.pieces import (
    Line,
    Paragraph,
    Piece,
    Room,
    Told,
    bullets,
    channel,
    command,
    line,
    moment,
    person,
    words,
)
from handlers.texts.plain import duration, percent
from workflows.engine.declare.charter import How
from workflows.engine.read.declared.change_views import ChangesView, PartChange, TermsChange
from workflows.engine.read.declared.charter_views import Signature
from workflows.engine.text.sanitize import one_line

ROOM = Room(text=1_000, line=160, items=12)
"""Room for one change in a list of them."""
_EXCEPTION = 300
"""Most characters of the reason for an exception."""
Value = Callable[[Any], str]  # Any: each part has its own form


def note(change: TermsChange, room: Room) -> Told:
    """Tell a workflow's people that it began with other terms."""
    first = line(words(change.workflow, bold=True), words(f" has new terms, number {change.number:,}."))
    changed = _changed(change, room, is_note=True)
    parts: list[Sequence[Paragraph]] = [[first, *changed], [_verdict(change)]]
    return Told(brief=f"{change.workflow} has new terms", parts=parts)


def listed(view: ChangesView) -> Told:
    """List the changes of one workflow's terms, or of all, newest first."""
    about = f" of {view.workflow}" if view.workflow is not None else ""
    if not view.shown:
        said = line(words(f"No terms{about} are kept yet: they are with the first case, or when serve starts."))
        return Told(brief="Changes", parts=[[said]])
    parts: list[Sequence[Paragraph]] = [[line(words(f"Changes of terms{about}, newest first", bold=True))]]
    for one in view.shown:
        name = f"{one.workflow}, " if view.workflow is None else ""
        head = line(
            words(f"{name}number {one.number:,}", bold=True), words(f" ({one.version}), since "), moment(one.at)
        )
        parts.append([head, *_changed(one, ROOM), _verdict(one)])
    left = view.all - len(view.shown)
    if left > 0:
        parts.append([line(words(f"and {left:,} earlier"))])
    return Told(brief=f"Changes of terms{about}", parts=parts)


def signed_by(signature: Signature) -> list[Piece]:
    """Say who signed, when and how."""
    if signature.how is How.SAMPLE:
        return [words("signed as a sample, by no person")]
    ways = {
        How.OWNER: "",
        How.BACKUP: " who stands in for the owner,",
        How.OPERATOR: " at the command line,",
        How.KEPT: " for earlier terms that these do not widen,",
    }
    return [words("signed by "), person(signature.by), words(f",{ways[signature.how]} "), moment(signature.at)]


def without_evidence(exception: str) -> Line:
    """Say why it goes alone without a volume test or a baseline."""
    return line(words(f"An exception: {one_line(exception, _EXCEPTION)}"))


def _named(name: str) -> str:
    """Name a part of the terms within a sentence."""
    if name in _SEVERAL:
        return _SEVERAL[name]
    label = _PARTS[name][0] if name in _PARTS else name
    return label[:1].lower() + label[1:]


_SEVERAL = {"nevers": "its nevers", "checks": "its checks", "second persons": "its second persons"}


def _changed(change: TermsChange, room: Room, *, is_note: bool = False) -> list[Paragraph]:
    """Say each part that changed. `is_note`: it is said in a channel, where to name people calls them."""
    if change.is_first:
        return [line(words("The first terms that are kept."))]
    lines = [made for one in change.changes for made in _part(one, room, is_note=is_note)]
    left = len(lines) - room.items
    return [bullets([*lines[: room.items], *([line(words(f"and {left} more"))] if left > 0 else [])])]


def _verdict(change: TermsChange) -> Line:
    widens = ", ".join(map(_named, change.widens))
    what = f"It widens what it may do: {widens}. " if widens else ""
    if change.signature is not None:
        why = change.signature.exception
        end = f". An exception: {one_line(why, _EXCEPTION)}" if why is not None else "."
        return line(words(f"{what}These terms are "), *signed_by(change.signature), words(end))
    if not change.is_newest:
        return line(words(f"{what}Nobody signed them before newer terms took their place."))
    if not change.goes_alone:
        return line(words(f"{what}It resolves nothing alone, so nothing waits for a signature."))
    who = [words("Until "), person(change.owner)] if change.owner is not None else [words("Until its owner")]
    return line(
        *([words(what)] if what else []),
        *who,
        words(" signs, a person decides every case: "),
        command("charter", change.workflow),
    )


def _part(change: PartChange, room: Room, *, is_note: bool) -> list[Line]:
    label, say = _PARTS.get(change.name, (change.name, None))
    if say is None or (is_note and change.name in _MANY):
        return [_one(label, "changed")]
    if isinstance(say, _Listed):
        return [_one(label, said) for said in say.changed(change.old, change.new, room)]
    old, new = _pieces(say, change.old, room), _pieces(say, change.new, room)
    return [line(words(f"{label}: "), *old, words(" → "), *new)]


def _pieces(say: "Value | _Ids", value: JsonValue, room: Room) -> list[Piece]:
    if isinstance(say, _Ids):
        return say.pieces(value, room)
    return [words(one_line(say(value), room.line))]


def _one(label: str, said: str) -> Line:
    return line(words(f"{label}: {said}"))


class _Ids:
    """People, groups and channels, by id."""

    def pieces(self, value: JsonValue, room: Room) -> list[Piece]:
        """Name them."""
        several = value if isinstance(value, list) else [value]
        ids = [one for one in several if isinstance(one, str)]
        return people(ids, room) or [words("nobody")]


class _Channel(_Ids):
    """A channel, by id."""

    def pieces(self, value: JsonValue, room: Room) -> list[Piece]:
        """Name it."""
        return [channel(value) if isinstance(value, str) else words("none")]


class _Listed:
    """Rules in a list, each with its sentence."""

    def __init__(self, **says: Value) -> None:
        """`says`: what of a rule is said when it changes, and how."""
        self._says = says

    def changed(self, old: Any, new: Any, room: Room) -> list[str]:  # Any: lists of rules
        """Say what was added, removed or changed."""
        before, after = self._by_sentence(old), self._by_sentence(new)
        said = []
        for sentence in [*after, *(one for one in before if one not in after)]:
            shown = f"“{one_line(sentence, room.line)}”"
            was, now = before.get(sentence), after.get(sentence)
            if was is None or now is None:
                said.append(f"{shown} is {'new' if was is None else 'gone'}")
            elif was != now:
                said.append(f"{shown}: {self._difference(was, now)}")
        return said or ["in another order"]

    def _difference(self, was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
        ways = [
            f"{name.replace('_', ' ')} {say(was.get(name))} → {say(now.get(name))}"
            for name, say in self._says.items()
            if was.get(name) != now.get(name)
        ]
        code = ["its code changed"] if (was.get("code"), was.get("when")) != (now.get("code"), now.get("when")) else []
        return ", ".join([*ways, *code]) or "changed"

    def _by_sentence(self, rules: Any) -> dict[str, Mapping[str, Any]]:  # Any: as above
        return {one["sentence"] or "always": one for one in rules or ()}


class _Effects(_Listed):
    """An effect, with its target."""

    def changed(self, old: Any, new: Any, room: Room) -> list[str]:
        """Say what of it changed."""
        if old is None or new is None:
            there = new if old is None else old
            return [f"to {one_line(there['target'], room.line)}, is {'new' if old is None else 'gone'}"]
        return [self._difference(old, new)]


class _Keys(_Listed):
    """Values by name."""

    def changed(self, old: Any, new: Any, room: Room) -> list[str]:
        """Say which of them changed."""
        before, after = old or {}, new or {}
        names = [*after, *(one for one in before if one not in after)]
        changed = [name for name in names if before.get(name) != after.get(name)]
        say = self._says["value"]
        return [f"{name}: {say(before.get(name))} → {say(after.get(name))}" for name in changed]


def _text(value: object) -> str:
    return "none" if value in (None, "", []) else str(value)


def _texts(values: Sequence[object] | None) -> str:
    return ", ".join(str(one) for one in values or ()) or "none"


def _share(value: float | None) -> str:
    return "none" if value is None else percent(value)


def _checked(value: float) -> str:
    return f"{value * 100:.3g}%"


def _floor(value: float | None) -> str:
    return "none, so never" if value is None else percent(value)


def _promise(value: Mapping[str, Any] | None) -> str:  # Any: as above
    if value is None:
        return "none"
    said = [f"at most {_checked(value['wrong'])} wrong, {_checked(value['sure'])} certain"]
    if value["begin"] == "shadow":
        said.append("people first decide without seeing proposals")
    if value["veto"] is not None:
        said.append(f"announced for {_time(value['veto'])} first")
    if value["by itself"]:
        said.append("goes up by itself")
    return ", ".join(said)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _money(amount: str) -> str:
    return f"${Decimal(amount):,f}"


def _time(seconds: float | None) -> str:
    return "none" if not seconds else duration(int(seconds))


def _watched(value: Mapping[str, Any] | None) -> str:  # Any: as above
    if value is None or not value["watch"]:
        return "none"
    more = [said for name, said in (("edits", "edits too"), ("bots", "other apps too")) if value[name]]
    return ", ".join([*value["watch"], *more])


def _code(value: str | None) -> str:
    return "none" if value is None else f"code {value[:8]}"


def _handed(value: str) -> str:
    return HANDED.get(value, value)


def _days(value: int | None) -> str:
    return "until removed" if value is None else f"{value:,} days"


HANDED: Mapping[str, str] = {
    "refuse": "not taken",
    "review": "a person decides",
    "policy": "may go alone",
}
"""The words for what becomes of a proposal that a source hands in."""
_MANY = ("reviewers", "escalation")
"""Parts that may name many people."""
_HASHED = None
"""Of a part that only has a hash, it is said that it changed."""
_PARTS: Mapping[str, tuple[str, "Value | _Ids | _Listed | None"]] = {
    "owner": ("Owner", _Ids()),
    "backup": ("Backup", _Ids()),
    "told": ("Who is told", _texts),
    "decision": ("Decision", _text),
    "sample": ("Shipped example", _yes),
    "prompt": ("Prompt", _text),
    "model": ("Model", _texts),
    "effort": ("Effort", _text),
    "examples": ("Examples", _HASHED),
    "proposing": ("How it proposes", _HASHED),
    "code": ("Code of its files", _HASHED),
    "floor": ("Confidence to go alone", _floor),
    "promise": ("Autonomy that is earned", _promise),
    "second opinion": ("Second opinion, least", _share),
    "needs second opinion": ("Needs a second opinion", _yes),
    "spot checks": ("Spot checks", _checked),
    "nevers": ("Never", _Listed(on_edit=_text)),
    "no nevers": ("Why it has no never", _text),
    "checks": ("Check", _Listed(fields=_texts, cap=_share)),
    "evidence": ("Fields that are quoted", _texts),
    "places": ("Where on a page a value may stand", _Keys(value=_code)),
    "second readings": ("Compared with", _Keys(value=_code)),
    "missing": ("What a case may lack", _code),
    "same": ("What counts as the same", _Keys(value=_code)),
    "handed proposals": ("Proposals that a source hands in", _handed),
    "scope": ("Scope", _code),
    "scope share": ("Share of the cases that it begins with", _share),
    "may": ("May", _Keys(value=_text)),
    "does": ("Effects", _texts),
    "budget of a case": ("Budget of a case", _money),
    "budget of a day": ("Budget of a day", _money),
    "reviewers": ("Reviewers", _Ids()),
    "second persons": ("Second person", _Listed(by=_texts)),
    "escalation": ("Asked further", _Ids()),
    "channel": ("Channel", _Channel()),
    "text in channel": ("Text of a case in the channel", _yes),
    "assignment": ("Assigned", _text),
    "self approval": ("May decide their own case", _yes),
    "guests": ("Guests may decide", _yes),
    "answer within": ("Answer within", _time),
    "hours": ("Working hours", _HASHED),
    "on expiry": ("Without an answer in time", _text),
    "grace": ("Grace period", _time),
    "reminders": ("Reminders", _HASHED),
    "source answers within": ("The source answers within", _time),
    "rejections": ("Reasons for a rejection", _texts),
    "delivery": ("Delivery", _Effects(target=_text, idempotent=_yes, reversible=_yes, does=_texts)),
    "rejection": ("News of a rejection", _Effects(target=_text, idempotent=_yes, does=_texts)),
    "question": ("Question to the source", _Effects(target=_text, idempotent=_yes, does=_texts)),
    "fetches": ("What it looks for by itself", _HASHED),
    "input": ("Form of the input", _HASHED),
    "output": ("Form of the output", _HASHED),
    "values": ("Values that the output takes", _HASHED),
    "messages": ("Watched channels", _watched),
    "documents": ("Documents to a model", _text),
    "personal to model": ("Personal fields to a model", _yes),
    "retention": ("Kept", _Keys(value=_days)),
    "segments": ("Segment", _Keys(value=_code)),
    "time zone": ("Time zone", _text),
    "time limits": ("Time limits", _HASHED),
    "follow-ups": ("Then", _Keys(value=_code)),
}
"""Part -> its name, and how its values are said."""
