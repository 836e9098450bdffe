"""The charter of a workflow in plain language, for any face: what it decides, what it may do, who answers for it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from handlers.texts.governance import levels
from handlers.texts.governance.changes import signed_by, without_evidence
from handlers.texts.governance.data_map import data_map_in_brief
from handlers.texts.operations import scope_shares
from handlers.texts.operations.pauses import pauses
from handlers.texts.people import people
from handlers.texts.pieces import (
    Line,
    Paragraph,
    Room,
    Told,
    bullets,
    command,
    line,
    moment,
    person,
    words,
)
from handlers.texts.plain import begun_large, duration, percent
from handlers.texts.review.reasons import UNDEPLOYED, lacking
from workflows.engine.declare.charter import How, Lack
from workflows.engine.declare.review import OnExpiry
from workflows.engine.declare.workflow import Does, HandedProposals
from workflows.engine.read.declared.charter_views import CharterView, SecondPerson, UsedVersion
from workflows.engine.text.sanitize import one_line
from workflows.model.choice import LOCAL

ROOM = Room(text=1_000, line=200, items=40)
"""Room for the charter of any workflow."""
SIGN = "Sign"
SIGN_ALL_THE_SAME = "Sign all the same"
WHY_ALL_THE_SAME = "Why may it go alone without that?"
MOST_WHY = 500
"""Characters of a reason."""
_DOES: Mapping[Does, str] = {
    "retrieve": "look things up",
    "recommend": "recommend an answer",
    "draft": "prepare a draft",
    "route": "hand a case to a queue or to people",
    "execute": "change the system it delivers to",
}


def charter(view: CharterView, room: Room = ROOM) -> Told:
    """Say a workflow's charter."""
    parts: list[Sequence[Paragraph]] = [
        [
            line(words(one_line(view.decision, room.line), bold=True)),
            _owner(view),
            *([*pauses([view.pause])] if view.pause is not None else []),
        ],
        _standing(view),
        [line(words("What it may do", bold=True)), bullets(_few([line(words(one)) for one in _may(view)], room))],
        [line(words("What it never does", bold=True)), *_nevers(view, room)],
        _proposes(view.version, room) if view.version is not None else [],
        [
            line(words("When it goes alone", bold=True)),
            *(line(words(one)) for one in (*_autonomy(view), *_share(view))),
            *_certificate(view),
        ],
        [line(words("Who reviews", bold=True)), *_review(view, room)],
        _told(view, room),
        _follow_ups(view, room),
        [
            line(words("What becomes of its data", bold=True)),
            *data_map_in_brief(view.data, room),
        ],
        [line(words("What it may cost", bold=True)), line(words(_budget(view)))],
        _terms(view),
        [
            line(words("Not sure?", bold=True), words(" Ask its owner, "), person(view.owner), words(".")),
            line(
                words("Is something wrong?", bold=True),
                words(" Choose Report wrong in the menu of its message, or say "),
                command("wrong", "CASE TEXT"),
            ),
        ],
    ]
    return Told(brief=f"Charter of {view.workflow}", parts=[part for part in parts if part])


def autonomy_in_brief(view: CharterView) -> str:
    """Say in a few words when a workflow goes alone."""
    if view.pause is not None:
        return "paused"
    if view.at_least is None and view.promise is None:
        return "a person decides every case"
    if not _may_go_alone(view):
        return "a person decides every case: not signed yet" if not view.missing else "a person decides every case"
    if view.at_least is not None:
        return f"goes alone from {percent(view.at_least)} sure"
    assert view.promise is not None
    return levels.in_brief(view.promise)


def _may(view: CharterView) -> Sequence[str]:
    said = view.may or [_DOES[one] for one in view.does]
    return [begun_large(one) for one in said] or ["Nothing"]


def _nevers(view: CharterView, room: Room) -> Sequence[Paragraph]:
    if not view.nevers:
        why = f": {one_line(view.no_nevers, room.line)}" if view.no_nevers is not None else ""
        return [line(words(f"It has no rule of this kind{why}."))]
    said = _few([line(words(begun_large(one_line(never, room.line)))) for never in view.nevers], room)
    return [bullets(said), line(words("However sure it is, such a case goes to a person."))]


def _proposes(version: UsedVersion, room: Room) -> list[Paragraph]:
    """Say which version proposes now, and who let it."""
    said: list[Paragraph] = [line(words("What proposes", bold=True))]
    if version.uses_files:
        said.append(line(words(f"The files of this process: {_asked(version, room)}.")))
        deployed = f" Version {version.number:,}, which is live, is not." if version.number is not None else ""
        why = "They are used until a version is deployed."
        if version.always_files:
            why = f"COUNTERSIGN_PROMPTS=files has them used, for development.{deployed}"
        return [*said, line(words(why))]
    if version.number is None or version.since is None:
        return [*said, line(words("Nothing: no version of it is deployed, so people get an empty form."))]
    asked = f"Version {version.number:,} ({version.name}): {_asked(version, room)}, live since "
    said.append(line(words(asked), moment(version.since), words(".")))
    if version.weighed is not None:
        said.append(line(words(f"Its confidence is weighed from {version.weighed:,} labels of people.")))
    for one in version.signatures:
        said.append(line(words("Signed by "), person(one.by), words(", "), moment(one.at)))
    if not version.signatures:
        said.append(line(words("Nobody signed it: it was in use before there were deployments.")))
    if version.undeployed is not None:
        why = UNDEPLOYED[version.undeployed]
        said.append(line(words(f"This process runs something else, so a person decides every case: {why}.")))
    if version.beside is not None:
        said.append(line(words(f"Version {version.beside:,} is tried beside it.")))
    return said


def _asked(version: UsedVersion, room: Room) -> str:
    models = [_MODELS.get(one, one_line(one, room.line)) for one in version.models]
    prompt = [f"prompt {version.prompt_version}"] if version.prompt_version is not None else []
    recall = [f"{version.recall} past decisions told with a case"] if version.recall else []
    return ", ".join([" or ".join(models) or "no model", *prompt, *recall])


_MODELS: Mapping[str, str] = {LOCAL: "the local model"}


def _share(view: CharterView) -> list[str]:
    """Say how many of its cases it looks at, where these are not all."""
    share = view.share.share if view.share is not None else None
    return [scope_shares.in_charter(share)] if share is not None else []


def _autonomy(view: CharterView) -> Sequence[str]:
    if view.promise is not None:
        first, *more = levels.promised(view.promise)
    elif view.at_least is not None:
        first, more = (
            f"Where it is at least {percent(view.at_least)} sure of each field. Otherwise a person decides.",
            [],
        )
    else:
        return ["Never: a person decides every case."]
    said = [first]
    not_now = "it is paused"
    if view.pause is None:
        not_now = "its charter is not complete" if view.missing else "its charter is not signed"
    if view.pause is not None or not _may_go_alone(view):
        said = [f"Not now: {not_now}, so a person decides every case.", f"Otherwise: {first[:1].lower()}{first[1:]}"]
    elif view.promise is not None:
        said.append(levels.now(view.promise))
    if view.promise is not None and view.promise.facts is not None:
        said.append(f"Its evidence: {levels.evidence(view.promise.facts)}.")
    said += [*more, _HANDED[view.handed_proposals]]
    if view.second_opinion is not None:
        doubt = percent(view.second_opinion)
        said.append(f"Also not where the local model, as a second opinion, finds the answer less than {doubt} likely.")
    if view.spot_checks:
        said.append(
            f"Of what went alone, a reviewer looks at {view.spot_checks * 100:.3g}%, without seeing the answer."
        )
    else:
        said.append("Nobody looks at what went alone.")
    if view.is_scoped:
        said.append("Cases that it was not made for go to a person without a proposal.")
    return said


def _certificate(view: CharterView) -> list[Paragraph]:
    """Say where what is promised can be read, with what it rests on."""
    return [line(words("What that rests on: "), command("certificate", view.workflow))] if view.promise else []


_HANDED: Mapping[HandedProposals, str] = {
    "refuse": "It takes no proposal from the source of a case.",
    "review": "Where the source of a case proposes, a person decides, however sure the source is.",
    "policy": "A proposal of the source of a case may go alone like its own, as sure as the source says that it is.",
}


def _review(view: CharterView, room: Room) -> Sequence[Paragraph]:
    if view.reviewers:
        first = line(*people(view.reviewers, room), words(f", within {_time(view.answer_within)}."))
    else:
        first = line(words("Nobody in a channel yet: only whoever runs Countersign decides, at the command line."))
    said: list[Line] = [first, *(_second(one, number, room) for number, one in enumerate(view.seconds, 2))]
    if view.grace:
        said.append(line(words(f"Whoever decided can undo it for {_time(view.grace)}; then it is delivered.")))
    if view.same:
        fields = ", ".join(one_line(label, room.line) for label in view.same)
        said.append(line(words(f"Its own rule says when a change of these fields is not an error: {fields}.")))
    if not view.self_approval:
        said.append(line(words("Nobody decides a case that they handed in themselves.")))
    if view.can_ask:
        said.append(line(words("A reviewer can ask the source of a case a question.")))
    further = people(view.escalate_to, room) if view.escalate_to else [words("its owner, "), person(view.owner)]
    said.append(line(words("Whoever is not sure asks "), *further, words(".")))
    if view.on_expiry != "hold":
        said.append(line(words(f"Where nobody answers in time, {_EXPIRY[view.on_expiry]}.")))
    return said


_EXPIRY: Mapping[OnExpiry, str] = {
    "reject": "the case is closed without anybody",
    "approve": "what is proposed is delivered without anybody",
    "escalate": "the case is escalated to the people above",
}


def _owner(view: CharterView) -> Line:
    stands_in = [words("; "), person(view.backup), words(" stands in")] if view.backup is not None else []
    return line(words(f"{view.workflow} belongs to "), person(view.owner), *stands_in, words("."))


def _may_go_alone(view: CharterView) -> bool:
    if view.terms is None or _is_fresh_sample(view):
        return True
    return view.terms.signature is not None and not view.missing


def _is_fresh_sample(view: CharterView) -> bool:
    """Tell whether it is a shipped example that has not begun yet: it is signed as a sample with its first case."""
    terms = view.terms
    return view.is_sample and terms is not None and terms.number is None and terms.is_newest


def _standing(view: CharterView) -> list[Paragraph]:
    """Say what keeps it from going alone; nothing where nobody makes terms."""
    terms, said = view.terms, list[Paragraph]()
    if terms is None:
        return said
    if view.missing:
        said.append(line(words("Not complete", bold=True), words(f": {lacking(view.missing)}.")))
        said.append(line(words("To have it signed, ask its author to add that to its declaration.")))
    if _is_fresh_sample(view):
        said.append(line(words("A sample", bold=True), words(": its first case signs it as a sample; no person does.")))
    elif terms.signature is None:
        waits = "Nothing goes alone until its owner signs." if view.goes_alone else "Nothing goes alone anyway."
        said.append(line(words("Not signed", bold=True), words(f". {waits}")))
    elif terms.signature.how is How.SAMPLE:
        said.append(line(words("A sample", bold=True), words(", signed by no person: it is a shipped example.")))
    return said


def _told(view: CharterView, room: Room) -> list[Paragraph]:
    if not view.told:
        return []
    said = _few([line(words(begun_large(one_line(one, room.line)))) for one in view.told], room)
    return [line(words("Who is told", bold=True)), bullets(said)]


def _follow_ups(view: CharterView, room: Room) -> list[Paragraph]:
    if not view.follow_ups:
        return []
    said = [line(words(f"Then {one}: a case of it is made from what was delivered.")) for one in view.follow_ups]
    return [line(words("What follows", bold=True)), bullets(_few(said, room))]


def _terms(view: CharterView) -> list[Paragraph]:
    terms = view.terms
    if terms is None:
        return []
    if terms.number is None or terms.since is None:
        new = "They are new: they are kept with the next case, when serve starts, or when they are signed."
        said = [line(words(f"{terms.version}. {new}"))]
    else:
        said = [line(words(f"{terms.version}, number {terms.number:,}, since "), moment(terms.since), words("."))]
    if terms.signature is not None:
        said.append(line(words("They are "), *signed_by(terms.signature), words(".")))
        if terms.signature.exception is not None:
            said.append(without_evidence(terms.signature.exception))
    elif terms.is_newest:
        said.append(line(words("Nobody has signed them.")))
    if not terms.is_newest:
        said.append(line(words("Another process has begun with other terms since: see the changes.")))
    said.append(line(words("What changed, and who signed: "), command("changes", view.workflow)))
    return [line(words("Its terms", bold=True)), *said]


def lacks(view: CharterView) -> Line:
    """Say what is lacking before it goes alone."""
    said = " and ".join(_LACKS[one] for one in view.lacks)
    return line(words(f"It has no {said}. Make that first, or sign with a reason, which is kept."))


_LACKS = {Lack.VOLUME_TEST: "volume test that says go", Lack.BASELINE: "baseline"}


def who_may_sign(view: CharterView) -> Line:
    """Say to somebody who may not sign who may."""
    stands_in = [words(", or "), person(view.backup), words(", who stands in")] if view.backup is not None else []
    return line(words("Its owner may sign it: "), person(view.owner), *stands_in, words("."))


def was_signed(view: CharterView) -> str:
    """Confirm a signature."""
    then = "It may go alone now, as this charter says." if view.goes_alone else "It resolves nothing alone so far."
    return f"You signed the charter of {view.workflow}. {then}"


def _second(one: SecondPerson, number: int, room: Room) -> Line:
    who = people(one.by, room) if one.by else [words("another reviewer")]
    limit = ""
    if not one.always:
        limit = f", above its limit: {one_line(one.sentence, room.line)}" if one.sentence else ", above its limit"
    return line(words(f"{_ORDINALS.get(number, f'{number}th')} person: "), *who, words(f"{limit}."))


_ORDINALS = {2: "Second", 3: "Third", 4: "Fourth", 5: "Fifth", 6: "Sixth"}


def _budget(view: CharterView) -> str:
    zone = "" if view.zone == "UTC" else f" of {view.zone}"
    return (
        f"At most {_dollars(view.per_case)} a case and {_dollars(view.per_day)} a day{zone}. "
        "What would cost more is not asked: a person gets the case without a proposal."
    )


def _dollars(amount: Decimal) -> str:
    whole = f"{amount.normalize():,f}"
    return f"${amount:,.2f}" if len(whole.partition(".")[2]) <= 2 else f"${whole}"


def _time(length: timedelta) -> str:
    return duration(int(length.total_seconds()))


def _few(lines: Sequence[Line], room: Room) -> list[Line]:
    left = len(lines) - room.items
    return [*lines[: room.items], line(words(f"and {left} more"))] if left > 0 else list(lines)
