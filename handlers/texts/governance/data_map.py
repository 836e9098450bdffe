"""The data map of a workflow in plain language, for any face: what comes in, who gets what of it, and for how long."""

from collections.abc import Mapping, Sequence

from handlers.texts.operations.kept_documents import size
from handlers.texts.people import people
from handlers.texts.pieces import Line, Paragraph, Piece, Room, Told, bullets, channel, line, words
from handlers.texts.plain import begun_large, duration
from workflows.engine.declare.retention import Retention
from workflows.engine.read.declared.data_map_views import (
    DataMapView,
    FieldMap,
    ModelKind,
    Part,
    Sensitivity,
    Share,
    SystemMap,
    TargetKind,
    TargetMap,
    ToldMap,
)
from workflows.engine.text.sanitize import one_line
from workflows.model.asking.attachments import DocumentsAs

ROOM = Room(text=1_000, line=120, items=100)
"""Room for the data map of any workflow."""
NOT_FOUND = "names, postal addresses, dates of birth, and all else that is written in words"
"""Personal data that no search finds."""
_SHARES: Mapping[Share, str] = {
    Share.WHOLE: "as it is",
    Share.MASKED: "masked",
    Share.PLACEHOLDER: "a placeholder in its place",
    Share.BY_CODE: "what its code hands over",
    Share.NOTHING: "nothing",
}
_FOUND: Mapping[Share, str] = {
    **_SHARES,
    Share.MASKED: "with what is found in it masked",
    Share.PLACEHOLDER: "with placeholders for what is found in it",
}
"""The same of a field that is searched."""
_TARGETS: Mapping[TargetKind, str] = {
    TargetKind.DELIVER: "is told what was decided",
    TargetKind.ON_REJECT: "is told of a rejection",
    TargetKind.ASK_SOURCE: "carries questions to the source of a case",
}

_GIVEN: Mapping[DocumentsAs, str] = {
    "text": "their text, and no page",
    "pages": "their pages as they look, with all that stands on them",
    "both": "their pages as they look, with all that stands on them, and their text",
}


def data_map(view: DataMapView, room: Room = ROOM) -> Told:
    """Say the whole data map of a workflow."""
    parts: list[Sequence[Paragraph]] = [
        [
            line(words(f"Data map of {view.workflow}", bold=True)),
            line(words(_sources(view, room))),
            *_looks(view, room),
            *_proposing(view),
            *_watched(view, room),
        ],
        [line(words("What comes in", bold=True)), bullets(_few(_fields(view, Part.INPUT, room), room))],
        [line(words("What is decided", bold=True)), bullets(_few(_fields(view, Part.OUTPUT, room), room))],
        [line(words("What is personal in it", bold=True)), *(line(words(one)) for one in _personal(view, room))],
        [line(words("Who gets it", bold=True)), bullets(_few(_recipients(view, room), room))],
        [line(words("For how long", bold=True)), bullets([line(words(one)) for one in _kept(view)])],
    ]
    return Told(brief=f"Data map of {view.workflow}", parts=parts)


def data_map_in_brief(view: DataMapView, room: Room = ROOM) -> Sequence[Line]:
    """Say in a few lines what is personal, who gets it, and for how long: for a charter."""
    recipients = _recipients(view, room)
    return [
        *_looks(view, room),
        *_watched(view, room),
        *(line(words(one)) for one in _personal(view, room)),
        # Whoever says a charter may not know the collector: only the whole map says that there is none.
        *(recipients if view.collector is not None else recipients[:-1]),
        line(words(f"Kept: {_days_of(view.retention)}.")),
        *(line(words(one)) for one in _documents_kept(view)),
    ]


def _sources(view: DataMapView, room: Room) -> str:
    if not view.sources:
        return "No case has come in yet."
    named = [one_line(one, room.line) for one in view.sources[: room.items]]
    return f"Its newest cases came from: {', '.join(named)}."


def _looks(view: DataMapView, room: Room) -> Sequence[Line]:
    """Say what the workflow looks for by itself; nothing where its cases are brought to it."""
    if not view.looks:
        return []
    named = [
        f"{one_line(one.name, room.line)}, every {duration(int(one.every.total_seconds())).removeprefix('1 ')}"
        for one in view.looks[: room.items]
    ]
    return [line(words(f"It looks for cases by itself: {'; '.join(named)}."))]


def _proposing(view: DataMapView) -> Sequence[Line]:
    if not view.takes_proposals:
        return []
    until = "Then no model is asked, unless a person wants another proposal."
    return [line(words(f"A source may propose with its case. {until}"))]


def _watched(view: DataMapView, room: Room) -> list[Line]:
    """Say which channels are watched."""
    if not view.watched:
        return []
    shown, left = view.watched[: room.items], len(view.watched) - room.items
    named = [piece for one in shown for piece in (words(" "), channel(one))]
    return [line(words("Each message is a case in"), *named, words(f" and {left} more." if left > 0 else "."))]


def _fields(view: DataMapView, part: Part, room: Room) -> list[Line]:
    return [_field(view, one, room) for one in view.fields if one.part is part] or [line(words("nothing"))]


def _field(view: DataMapView, field: FieldMap, room: Room) -> Line:
    kinds = {
        Sensitivity.PERSONAL: "personal",
        Sensitivity.SEARCHED: "free text, searched",
        Sensitivity.PLAIN: "not declared as personal",
    }
    to = {
        "model": field.to_model,
        "channel": field.in_channel,
        "spans": field.in_spans,
        "target": field.to_target,
    }
    shares = _FOUND if field.sensitivity is Sensitivity.SEARCHED else _SHARES
    said = "; ".join(f"{who}: {shares[share]}" for who, share in to.items() if who != "spans" or view.collector)
    return line(words(one_line(field.name, room.line), bold=True), words(f" ({kinds[field.sensitivity]}). {said}."))


def _personal(view: DataMapView, room: Room) -> Sequence[str]:
    said = []
    if view.personal:
        said.append(f"Personal as a whole: {_names(view.personal, room)}.")
    if view.searched:
        countries = sorted({one for field in view.searched for one in field.countries})
        of = f" and, of {', '.join(countries)}, phone, national and VAT numbers" if countries else ""
        said.append(
            f"Searched: {_names(view.searched, room)}. Found are mail addresses, phone numbers with +, IBANs, payment "
            f"cards, IP addresses{of}. Not found are {NOT_FOUND}."
        )
    if not said:
        return ["Nothing is declared as personal, so nothing is masked."]
    return said


def _names(fields: Sequence[FieldMap], room: Room) -> str:
    shown = [f"{field.name} ({field.part.value})" for field in fields[: room.items]]
    left = len(fields) - len(shown)
    return ", ".join([*shown, *([f"{left} more"] if left else [])])


def _recipients(view: DataMapView, room: Room) -> list[Line]:
    return [
        line(words(_model(view))),
        line(*_channel(view)),
        line(*_readers(view, room)),
        *(line(words(one)) for one in _documents(view)),
        *(line(words(_system(one))) for one in view.systems),
        *(line(words(_target(one))) for one in view.targets),
        *(line(words(_told(one))) for one in view.told),
        *(line(words(_follow_up(one))) for one in view.follow_ups),
        line(words(_spans(view))),
    ]


def _model(view: DataMapView) -> str:
    match view.model:
        case ModelKind.LOCAL:
            return "Model: the one in this process; nothing leaves this machine for it."
        case ModelKind.SAMPLES:
            return "Model: none, answers written by hand; nothing leaves this machine for it."
        case ModelKind.NONE:
            return "Model: none is asked, as the workflow has no prompt."
        case ModelKind.UNKNOWN:
            who = "the one that the settings choose"
        case ModelKind.VENDOR:
            who = f"{', '.join(view.models)} of {view.vendor}"
    what = "what the workflow's own code hands over" if view.asks_by_code else "the whole input"
    if view.personal_to_model:
        return f"Model: {who} gets {what}."
    return f"Model: {who} gets {what}, with placeholders in place of personal values, both declared and found."


def _channel(view: DataMapView) -> Sequence[Piece]:
    if view.channel is None:
        return [words("Slack: no channel shows its cards.")]
    where = [words("Slack: "), channel(view.channel)]
    if not view.text_in_channel:
        return [*where, words(" shows neither a case's own words nor free text of the answer.")]
    hidden = (
        " with personal values masked, both declared and found"
        if view.personal or view.searched
        else " as it is: nothing is masked"
    )
    return [*where, words(f" shows a case{hidden}.")]


def _readers(view: DataMapView, room: Room) -> Sequence[Piece]:
    return [words("All of a case, in Slack: "), *people(view.readers, room), words(", and engineers.")]


def _documents(view: DataMapView) -> Sequence[str]:
    """Say who gets the documents themselves. Their text is in the input, and goes where that goes."""
    documents = view.documents
    if documents is None:
        return []
    said = []
    if view.model in (ModelKind.VENDOR, ModelKind.UNKNOWN):
        said.append(f"Documents, to the model: {_GIVEN[documents.to_model]}.")
    where = (
        "pictures of their pages stand in the thread of a card" if documents.in_channel else "no page is in a channel"
    )
    said.append(
        f"Documents, in Slack: {where}; the original goes to whoever may read the case and asks for it, for a day."
    )
    return said


def _documents_kept(view: DataMapView) -> Sequence[str]:
    documents = view.documents
    if documents is None:
        return []
    return [
        f"Documents, each of at most {size(documents.largest)} and {documents.most_pages:,} pages, as files in the "
        "folder for documents: as long as the input of the last case that holds them. One that no case names: a day."
    ]


def _volume_tests(view: DataMapView) -> Sequence[str]:
    if not view.volume_tests:
        return []
    number, kept = view.volume_tests, view.retention
    days = min((one for one in (kept.input, kept.output) if one is not None), default=None)
    said = (
        "until somebody removes them" if days is None else f"{days:,} {'day' if days == 1 else 'days'} after it began"
    )
    tests = "1 volume test" if number == 1 else f"{number:,} volume tests"
    return [f"Past inputs and their proposals, of {tests}: {said}."]


def _system(one: SystemMap) -> str:
    who = one.system or "a system that its author does not name"
    return f"The step {one.step} ({', '.join(one.does) or 'retrieve'}): its code can hand over anything to {who}."


def _target(one: TargetMap) -> str:
    who = begun_large(one.system or "the target")
    return f"{who} {_TARGETS[one.kind]}; the automation's code can hand over the whole input."


def _told(one: ToldMap) -> str:
    how = f"is sent to {one.host}" if one.host else "asks for"
    return f"The source {one.source} {how} what was proposed, decided and asked about the cases that it brought."


def _follow_up(workflow: str) -> str:
    return f"Then {workflow}: a case of it is made; the automation's code can hand over anything to it."


def _spans(view: DataMapView) -> str:
    if view.collector is None:
        return "Spans: none are sent."
    if not view.spans_content:
        return f"Spans: {view.collector} gets no content of a case."
    if not view.text_in_channel:
        return f"Spans: {view.collector} gets no content of a case, as its text stays out of channels."
    return f"Spans: {view.collector} gets content, with personal values masked, both declared and found."


def _kept(view: DataMapView) -> Sequence[str]:
    kept = view.retention
    said = [
        f"Input, and what its source answered: {_days(kept.input)}.",
        f"Proposals, decisions, what was delivered, receipts: {_days(kept.output)}.",
        f"What steps were given and returned, and error texts: {_days(kept.steps)}.",
        f"What a model was told, and its raw answers: {_days(kept.model)}.",
        f"Examples that were taken from cases: {_days(kept.examples)}.",
        *_documents_kept(view),
        *_volume_tests(view),
    ]
    if view.model in (ModelKind.VENDOR, ModelKind.UNKNOWN):
        said.append("At the vendor of the model: as its terms say. Countersign does not decide it.")
    if view.channel is not None:
        said.append("In Slack: as the workspace's own retention says. Countersign does not decide it.")
    if view.targets or view.systems:
        said.append("In the systems that it delivers to or calls: as they say. Countersign does not decide it.")
    if view.told:
        said.append("At the sources that are told of outcomes: as they say. Countersign does not decide it.")
    if view.collector is not None:
        said.append("At the collector of spans: as it says. Countersign does not decide it.")
    return said


def _days_of(kept: Retention) -> str:
    named = {
        "input": kept.input,
        "output": kept.output,
        "steps": kept.steps,
        "model's answers": kept.model,
        "examples": kept.examples,
    }
    return "; ".join(f"{name} {_days(days)}" for name, days in named.items())


def _days(days: int | None) -> str:
    if days is None:
        return "until somebody removes them"
    return f"{days:,} {'day' if days == 1 else 'days'} after its case ended"


def _few(lines: Sequence[Line], room: Room) -> list[Line]:
    left = len(lines) - room.items
    return [*lines[: room.items], line(words(f"and {left} more"))] if left > 0 else list(lines)
