"""The words about removal of content: what there is, what stays and why, and what is out of reach."""

from collections.abc import Mapping, Sequence

from workflows.engine.declare.retention import ContentClass
from workflows.engine.privacy.views import Bar, CaseToForget, Forgotten, LeftOver, Unreached

_CLASSES = {
    ContentClass.INPUT: ("input", "inputs"),
    ContentClass.OUTPUT: ("output", "outputs"),
    ContentClass.STEPS: ("step", "steps"),
    ContentClass.MODEL: ("model answer", "model answers"),
    ContentClass.EXAMPLES: ("example", "examples"),
}
_BARS = {
    Bar.HELD: "it is under a legal hold",
    Bar.RUNNING: "a worker works on it: try again in a moment",
    Bar.DELIVERING: "it is being delivered: try again in a moment",
    Bar.DECIDED: "it is decided, and its delivery is still to come: try again once it is delivered",
    Bar.DOUBTFUL: "nobody knows whether it was delivered: look, then countersign settle, then try again",
}
_UNREACHED = {
    Unreached.BACKUPS: "Backups of the database hold it until they are deleted.",
    Unreached.VENDOR: "The vendor of the model was told it: their terms say for how long they keep it.",
    Unreached.TARGET: "The system that it was delivered to has what was delivered.",
    Unreached.SOURCE: "Where it came from (a file, a system) has it still, and may hand it in again.",
    Unreached.COPIES: "Copies that people made have it: pulled tests, exports, spans sent to a collector, screenshots.",
    Unreached.OLD_HASHES: (
        "The audit has hashes without a salt, of cases from before salts were used: anyone who guesses "
        "the content can check the guess."
    ),
    Unreached.KEYS: "Entries of the audit from before this version name the old key: they are never changed.",
    Unreached.FREE_PLACES: (
        "The database was in use, or is too large to be rewritten now: its files may hold old copies of rows until "
        "VACUUM is run."
    ),
}


_NAMED = 10
"""Cases that are named of those that were made from one."""


def amounts(content: Mapping[ContentClass, int]) -> str:
    """Say how much content there is of each class."""
    said = [f"{number:,} {_CLASSES[of][number != 1]}" for of, number in content.items() if number]
    return ", ".join(said) or "nothing"


def case_line(one: CaseToForget) -> str:
    """Say what forgetting a case would do."""
    if one.bar is not None:
        return f"#{one.case} {one.key} ({one.workflow}): stays, since {bar(one.bar, one.hold)}"
    if one.erased_at is not None and not one.changes:
        return f"#{one.case} {one.key} ({one.workflow}): its content was removed on {one.erased_at:%Y-%m-%d}"
    ends = "; it is open, and ends by this" if one.is_open else ""
    renamed = "; its key is replaced" if one.key_has_words else ""
    held = documents(one.documents, one.shared_documents)
    return f"#{one.case} {one.key} ({one.workflow}): {amounts(one.content)}{held}{ends}{renamed}{_follow_ups(one)}"


def documents(gone: int, shared: int) -> str:
    """Say how many documents go with a case, and how many stay, as the end of a list of amounts."""
    said = f", {gone:,} {'document' if gone == 1 else 'documents'}" if gone else ""
    if not shared:
        return said
    stay = (
        "document stays, since another case holds it" if shared == 1 else "documents stay, since other cases hold them"
    )
    return f"{said}; {shared:,} {stay}"


def _follow_ups(one: CaseToForget) -> str:
    """Say which cases were made from it."""
    if not one.follow_ups:
        return ""
    named = ", ".join(f"#{case}" for case in one.follow_ups[:_NAMED])
    more = f" and {len(one.follow_ups) - _NAMED} more" if len(one.follow_ups) > _NAMED else ""
    return f"; cases were made from it that stay with what they hold: {named}{more}. Forget each of them too"


def bar(why: Bar, hold: str | None = None) -> str:
    """Say why content stays for now. `hold`: the reason of its legal hold, where there is one."""
    said = f"{_BARS[why]} ({hold})" if hold else _BARS[why]
    return f"{said}: countersign legal-hold list shows it, lift ends it" if why is Bar.HELD else said


def done_line(one: Forgotten) -> str:
    """Say what was done about a case."""
    if one.bar is not None:
        return f"#{one.case} stays, since {bar(one.bar)}"
    if not one.removed and not one.ended:
        return f"#{one.case}: nothing was left to remove"
    ended = ", and it ended by this" if one.ended else ""
    renamed = f"; its key is {one.new_key} now, and what its source hands in again is a new case" if one.new_key else ""
    held = documents(one.documents, one.shared_documents)
    left = (
        f"; files that could not be removed from the folder of documents: {one.files_left:,}; serve tries again, "
        "and the "
        "log says why"
        if one.files_left
        else ""
    )
    return f"#{one.case}: removed {amounts(one.removed)}{held}{ended}{renamed}{left}"


def checked(one: LeftOver) -> str:
    """Say what is left of a case."""
    if one.is_nothing:
        return f"#{one.case}: looked at every row again, nothing is left"
    places = f"; also in {', '.join(one.places)}" if one.places else ""
    return f"#{one.case}: left {amounts(one.content)}{places}"


def unreached(places: Sequence[Unreached]) -> list[str]:
    """Name the places that are out of reach, a sentence for each."""
    return [_UNREACHED[place] for place in places]
