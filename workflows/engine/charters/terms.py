"""The terms of a workflow: each part of its declaration that changes what it does. Pure but for reading its files.

A part is a plain value where people can read it, else the hash of code or of a text. Lists whose order means nothing
are sorted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, JsonValue
from pydantic.errors import PydanticInvalidForJsonSchema

from workflows.engine.charters.function_code import AnyFunction, code_hash, files_hash
from workflows.engine.declare.autonomy import Autonomy
from workflows.engine.declare.charter import Terms
from workflows.engine.declare.documents import has_documents
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.seconds import Second
from workflows.engine.declare.workflow import Effect
from workflows.engine.text.canonical_json import canonical, content_hash
from workflows.model.port import Prompt

_LENGTH = 16
"""Hex digits of the hash of a form or a file."""
_WORDS = frozenset({"title", "description", "examples", "default"})
"""Words of a JSON schema that say nothing about which values fit."""
DEPLOYED = "deployed"
"""The value of parts that each deployment names: the file's are not used."""


@dataclass(frozen=True, kw_only=True)
class Answering:
    """The models that answer for a workflow, which its declaration does not say."""

    models: Sequence[str]
    """Names of those that are asked."""
    examples: Path | None = None
    """The file that a local model learns from; None where the declaration says from what."""
    is_deployed: bool = False
    """True if prompt, model and effort are those of a deployment, which has its own signature."""


def terms_of(workflow: AnyWorkflow, *, prompt: Prompt | None, answering: Answering) -> Terms:
    """Return the terms of a workflow."""
    folder, review, autonomy = workflow.folder, workflow.review, workflow.autonomy

    def code(function: AnyFunction | None) -> JsonValue:
        return code_hash(function, folder=folder) if function is not None else None

    learned = workflow.examples
    return Terms(
        {
            "owner": workflow.owner,
            "backup": workflow.backup,
            "told": [*workflow.told],
            "decision": workflow.decision,
            "sample": workflow.is_sample,
            **_asked(prompt, answering),
            "examples": code(learned) if learned is not None else _file_hash(answering.examples),
            "proposing": code(workflow.proposing),
            "code": files_hash(_functions(workflow), folder=folder),
            "floor": _number(autonomy.at_least),
            "second opinion": _number(autonomy.second_opinion),
            "needs second opinion": autonomy.needs_second,
            "spot checks": float(autonomy.spot_checks),
            "nevers": [
                {"sentence": never.sentence, "on_edit": never.on_edit, "code": code(never.broken)}
                for never in workflow.nevers
            ],
            "no nevers": workflow.no_nevers,
            "checks": [
                {
                    "sentence": check.sentence,
                    "fields": [*sorted(check.fields)],
                    "cap": float(check.cap),
                    "code": code(check.holds),
                }
                for check in workflow.checks
            ],
            "evidence": [*sorted(workflow.evidence)],
            "scope": code(workflow.scope),
            "may": {str(does): words for does, words in workflow.may.items()} if workflow.may is not None else None,
            "does": [*sorted(workflow.allowed)],
            "budget of a case": _amount(workflow.budget.per_case),
            "budget of a day": _amount(workflow.budget.per_day),
            "reviewers": _names(review.reviewers),
            "second persons": [_second(one, code) for one in review.seconds],
            "escalation": _names(review.escalate_to),
            "channel": review.post_to,
            "text in channel": review.text_in_channel,
            "assignment": review.assign,
            "self approval": review.self_approval,
            "guests": review.guests,
            "answer within": _seconds(review.answer_within),
            "hours": _hours(workflow),
            "on expiry": review.on_expiry,
            "grace": _seconds(review.grace),
            "reminders": [
                review.reminders,
                _seconds(review.remind_after) if review.remind_after is not None else None,
            ],
            "source answers within": _seconds(review.source_answers_within),
            "rejections": [*review.reject_reasons],
            "delivery": _effect(workflow.effect, workflow.target, code),
            "rejection": _effect(workflow.rejection_effect, workflow.rejection_target, code),
            "question": _effect(workflow.source_effect, workflow.source_target, code),
            "input": _form(workflow.input),
            "output": _form(workflow.output),
            "values": _values(workflow.output),
            "personal to model": workflow.personal_to_model,
            "retention": asdict(workflow.retention),
            "segments": {name: code(of) for name, of in sorted(workflow.segments.items())},
            "time zone": workflow.timezone.key,
            "time limits": [float(workflow.time_limits.code), float(workflow.time_limits.rule)],
            **_of_promise(autonomy),
            **_of_documents(workflow, code),
            **_of_sameness(workflow, code),
            # What is not declared is left out: terms from before there was such a part keep their version.
            **({"scope share": workflow.scope_share} if workflow.scope_share is not None else {}),
            **_what_comes_in(workflow, code),
        }
    )


def _asked(prompt: Prompt | None, answering: Answering) -> Mapping[str, JsonValue]:
    """Return the parts of what is asked: of the files, or that a deployment says them."""
    if answering.is_deployed:
        return {"prompt": DEPLOYED, "model": [DEPLOYED], "effort": DEPLOYED}
    version, effort = (prompt.version, prompt.effort) if prompt is not None else (None, None)
    return {"prompt": version, "model": [*answering.models], "effort": effort}


def _functions(workflow: AnyWorkflow) -> Iterable[AnyFunction]:
    """Return all that the author wrote for a workflow, as functions."""
    reads = workflow.from_messages.make if workflow.from_messages is not None else None
    made = (workflow.proposing, workflow.scope, workflow.key, workflow.alike_by, workflow.text, reads)
    effects = (effect.apply for effect in workflow.effects)
    rules = (*(one.broken for one in workflow.nevers), *(one.holds for one in workflow.checks))
    limits = (one.when for one in workflow.review.seconds)
    filled, grouped = workflow.templates.values(), workflow.segments.values()
    looks = (one.look for one in workflow.fetches)
    next_ones = (one.make for one in workflow.follow_ups)
    on_pages: Iterable[AnyFunction] = (*workflow.places.values(), *(one.read for one in workflow.second_readings))
    lacks = (workflow.missing_by,)
    sames = workflow.sames.values()
    all_of_them = (
        *made,
        *effects,
        *rules,
        *limits,
        *looks,
        *filled,
        *grouped,
        *next_ones,
        *on_pages,
        *lacks,
        *sames,
    )
    return [one for one in all_of_them if one is not None]


def _second(second: Second[Any, Any], code: Callable[[AnyFunction | None], JsonValue]) -> JsonValue:
    # Any: each is written for its workflow's own forms.
    by = _names(second.by) if second.by is not None else None
    return {"sentence": second.sentence, "by": by, "when": code(second.when)}


def _effect(
    effect: Effect[Any, Any] | None, target: str, code: Callable[[AnyFunction | None], JsonValue]
) -> JsonValue:  # Any: as above
    if effect is None:
        return None
    does: list[JsonValue] = [*sorted(effect.does)]
    # Terms from before there was this part keep their version.
    reversible: Mapping[str, JsonValue] = {"reversible": True} if effect.reversible else {}
    return {"target": target, "idempotent": effect.idempotent, "does": does, "code": code(effect.apply), **reversible}


def _of_promise(autonomy: Autonomy) -> Mapping[str, JsonValue]:
    """Return the part about earned autonomy, where it is earned. The floor that follows from evidence is no part."""
    if autonomy.wrong is None:
        return {}
    promise: JsonValue = {
        "wrong": float(autonomy.wrong),
        "sure": float(autonomy.sure),
        "begin": autonomy.begin,
        "veto": _seconds(autonomy.veto) if autonomy.veto is not None else None,
        "by itself": autonomy.by_itself,
    }
    return {"promise": promise}


def _of_documents(workflow: AnyWorkflow, code: Callable[[AnyFunction | None], JsonValue]) -> Mapping[str, JsonValue]:
    """Return the parts about documents, without what is not declared."""
    parts: Mapping[str, JsonValue] = {
        "places": {field: _place(workflow, field, code(rule)) for field, rule in sorted(workflow.places.items())},
        "second readings": {one.called: code(one.read) for one in workflow.second_readings},
        "missing": code(workflow.missing_by),
    }
    return {name: part for name, part in parts.items() if part}


def _of_sameness(workflow: AnyWorkflow, code: Callable[[AnyFunction | None], JsonValue]) -> Mapping[str, JsonValue]:
    """Return the part about what counts as the same, where anything of it is declared."""
    return {"same": {field: code(same) for field, same in sorted(workflow.sames.items())}} if workflow.sames else {}


def _place(workflow: AnyWorkflow, field: str, code: JsonValue) -> JsonValue:
    return {"any sign": code} if field in workflow.any_sign else code


def _what_comes_in(workflow: AnyWorkflow, code: Callable[[AnyFunction | None], JsonValue]) -> Mapping[str, JsonValue]:
    """Return the parts about what comes in by itself, and what follows.

    What is not declared is left out: terms from before there were such parts keep their version.
    """
    looks: list[JsonValue] = [
        {"name": one.name, "every": _seconds(one.every), "code": code(one.look)} for one in workflow.fetches
    ]
    following = {one.workflow: code(one.make) for one in sorted(workflow.follow_ups, key=lambda one: one.workflow)}
    handed = workflow.handed_proposals if workflow.handed_proposals != "review" else None
    parts: Mapping[str, JsonValue] = {
        "handed proposals": handed,
        "fetches": looks,
        "messages": _messages(workflow, code),
        "follow-ups": following,
        "documents": workflow.documents_as if has_documents(workflow) else None,
    }
    return {name: part for name, part in parts.items() if part}


def _messages(workflow: AnyWorkflow, code: Callable[[AnyFunction | None], JsonValue]) -> JsonValue:
    declared = workflow.from_messages
    if declared is None:
        return None
    return {
        "watch": [*sorted(declared.watch)],
        "edits": declared.edits,
        "bots": declared.bots,
        "code": code(declared.make),
    }


def _hours(workflow: AnyWorkflow) -> JsonValue:
    hours = workflow.review.hours
    if hours is None:
        return None
    days: list[JsonValue] = [*sorted(hours.days)]
    return {
        "days": days,
        "begin": hours.begin.isoformat(),
        "end": hours.end.isoformat(),
        "holidays": [*sorted(day.isoformat() for day in hours.holidays)],
    }


def _form(model: type[BaseModel]) -> str:
    """Return the hash of a form, with its words for people and for the model."""
    return content_hash(canonical(_schema(model)))[:_LENGTH]


def _values(model: type[BaseModel]) -> str:
    """Return the hash of a form without its words: it changes where other values fit."""
    return content_hash(canonical(_without_words(_schema(model))))[:_LENGTH]


def _schema(model: type[BaseModel]) -> Any:  # Any: a JSON schema
    try:
        return model.model_json_schema()
    except PydanticInvalidForJsonSchema:  # a type of the author's own, which has no JSON schema
        return {name: str(info.annotation) for name, info in model.model_fields.items()}


def _without_words(schema: Any, *, is_of_fields: bool = False) -> Any:  # Any: as above
    if isinstance(schema, Mapping):
        return {
            name: _without_words(one, is_of_fields=name == "properties" and not is_of_fields)
            for name, one in schema.items()
            # A field may have such a name itself.
            if is_of_fields or name not in _WORDS
        }
    return [_without_words(one) for one in schema] if isinstance(schema, list) else schema


def _file_hash(file: Path | None) -> str | None:
    if file is None or not file.is_file():
        return None
    return content_hash(file.read_text(encoding="utf-8", errors="replace"))[:_LENGTH]


def _names(given: str | Sequence[str] | None) -> list[JsonValue]:
    return [*sorted({name for name in ((given,) if isinstance(given, str) else given or ()) if name})]


def _amount(amount: Decimal | str) -> str:
    return f"{Decimal(amount).normalize():f}"


def _seconds(length: timedelta) -> float:
    return length.total_seconds()


def _number(given: float | None) -> float | None:
    return float(given) if given is not None else None
