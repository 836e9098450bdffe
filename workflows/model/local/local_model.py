"""The local model: it runs in this process and has learned from people's earlier decisions.

It needs no key and no network, costs nothing and answers in milliseconds, so that a workflow can be tried where it is
written. It chooses among the values of its examples; it does not write. Written text comes from the workflow's own
templates, and the answer says so.

    ModelError
    ├── CannotLearn
    └── CannotLoad (in packed.py)

Scikit-learn is loaded only when a model is trained, because the command line has to start at once. A model that was
trained elsewhere answers without it.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from store.db import extras
from workflows.excerpts import shortened
from workflows.labels import titled
from workflows.model.local.combinations import Places, is_last, most_likely
from workflows.model.local.embedding_folder import CannotEmbed, EmbeddingFolder
from workflows.model.local.examples import Choices, choices, complain, usable
from workflows.model.local.examples import Example as Example
from workflows.model.local.packed import CannotLoad, Packed, pack, unpack, words_as_array, words_of
from workflows.model.port import Alternative, Answer, ModelError, Question, Refusal

if TYPE_CHECKING:
    from workflows.model.local.classifier import Classifier
    from workflows.model.local.embedding import Embedding
    from workflows.model.local.familiarity import Familiarity
    from workflows.model.local.features import Vocabulary

ALL_REFUSED = "the local model chooses among what it learned, and people refused each of its choices"
NEXT_BEST = "the next best answer: what is more likely was refused"
_ALTERNATIVES = 2
_PHRASES_GIVEN = 3
_LONGEST_PHRASE = 30
"""Most characters of a phrase in a reason. Phrases come from the case, and a reason should not carry a stranger's
text.
"""


class CannotLearn(ModelError):
    """No model can be learned from these examples. The message says what to do about it."""


@dataclass(frozen=True, kw_only=True)
class FieldReport:
    """The quality of one field, measured on examples that neither the classifier nor its temperature had seen."""

    examples: int
    """Number of examples that it was learned from."""
    values: tuple[str, ...]
    """The values that it can choose."""
    without_examples: tuple[str, ...]
    """Values of the output without an example. They are never chosen."""
    held_out: int
    """Number of examples on which `accuracy` and `calibration_error` were measured."""
    accuracy: float
    """Share of right choices, from 0 to 1."""
    calibration_error: float
    """Expected calibration error (Guo et al. 2017, 15 bins), from 0 to 1. With few examples it is too high rather than
    too low.
    """


@dataclass(frozen=True, kw_only=True)
class TrainingReport:
    """The contents of a model, and the quality to expect of it."""

    examples: int
    """Number of examples with a word in them. The others teach nothing."""
    fields: Mapping[str, FieldReport]
    usual_similarity: float
    """A text is unfamiliar if even the closest example resembles it less: a cosine, from 0 to 1."""
    usual_known: float
    """A text is unfamiliar if a smaller share of its words is known from the examples. From 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class _Chooser:
    """The learned classifier of one field."""

    values: tuple[str, ...]
    """The values, in the order of the classifier's columns."""
    choices: Choices
    classifier: "Classifier"

    def named(self, value: object) -> str | None:
        """Return the name of a value in an answer; None where it is no choice, or no example has it."""
        names = [name for name, choice in self.choices.items() if choice == value]
        return names[0] if names and names[0] in self.values else None


@dataclass(frozen=True, kw_only=True)
class _Choice:
    value: str
    confidence: float
    alternatives: tuple[Alternative, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Best:
    choices: Mapping[str, _Choice]
    is_next: bool
    """True if a more likely combination was refused."""
    is_last: bool
    """True if no other combination is left after it."""


class _Field(BaseModel):
    """A field, as a model that is kept names it."""

    model_config = ConfigDict(extra="forbid")

    name: str
    values: Annotated[tuple[str, ...], Field(min_length=2, max_length=10_000)]
    choices: Choices
    """Name of a value -> the value in an answer."""


class _Facts(BaseModel):
    """All that a model knows beside its numbers."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^local/[0-9a-f]{8}$")
    report: TrainingReport
    embedding: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """The hash of the embedding that it needs to answer."""
    fields: Annotated[list[_Field], Field(min_length=1, max_length=100)]


class LocalModel:
    """A `Model` that was trained here. Threads may share it."""

    def __init__(
        self,
        *,
        name: str,
        report: TrainingReport,
        vocabulary: "Vocabulary",
        choosers: Mapping[str, _Chooser],
        familiarity: "Familiarity",
    ) -> None:
        """Put together the results of `train`.

        `name`: `local/` and 8 hex digits of the SHA-256 of the examples and of how they are learned from.
        """
        self.name = name
        self.report = report
        self._vocabulary = vocabulary
        self._choosers = choosers
        self._familiarity = familiarity

    @classmethod
    def train(
        cls, examples: Sequence[Example], output: type[BaseModel], *, embedding: "Embedding | None" = None
    ) -> Self:
        """Learn those fields of an output that are choices (`Literal`, enumeration, bool) and that examples label.

        The same examples make the same model, whatever their order. That takes two seconds for 850 examples of
        6 values and a quarter of a minute for 8,000 of 77.

        `embedding`: taken in beside words and letters, and named by the model.

        Raise `CannotLearn` where the examples are too few, hold no choice or do not fit the output.
        """
        complaint = complain(examples, output)
        if complaint:
            raise CannotLearn(complaint)
        try:
            import numpy as np

            from workflows.model.local import familiarity, training
            from workflows.model.local.features import Vocabulary
        except ModuleNotFoundError as missing:
            raise CannotLearn(
                f"the local model needs scikit-learn ({missing.name} is missing): {extras.advice('local')}"
            ) from missing

        used = usable(examples)
        texts = np.array([example.text for example in used], dtype=object)
        vocabulary = Vocabulary.learn(texts, embedding)
        counts = vocabulary.count(*texts)
        embedded = vocabulary.columns - vocabulary.counted
        groups = training.alike(texts, counts, phrases=len(vocabulary.phrases), embedded=embedded)
        choosers: dict[str, _Chooser] = {}
        reports: dict[str, FieldReport] = {}
        for field, possible in choices(output).items():
            places = np.array([place for place, example in enumerate(used) if field in example.labels], dtype=np.int64)
            if not len(places):
                continue
            labels = [used[place].labels[field] for place in places]
            values = tuple(sorted(set(labels)))
            lesson = training.Lesson(
                groups=groups[places],
                counts=counts[places],
                phrases=len(vocabulary.phrases),
                embedded=embedded,
                targets=np.array([values.index(label) for label in labels]),
                values=len(values),
            )
            measured, classifier = training.measure(lesson), training.learn(lesson)
            choosers[field] = _Chooser(values=values, choices=possible, classifier=classifier)
            reports[field] = FieldReport(
                examples=len(places),
                values=values,
                without_examples=tuple(value for value in possible if value not in values),
                held_out=measured.examples,
                accuracy=measured.accuracy,
                calibration_error=measured.calibration_error,
            )
        numbers = {
            field: [chooser.values.index(one.labels[field]) if field in one.labels else -1 for one in used]
            for field, chooser in choosers.items()
        }
        usual = familiarity.Familiarity.learn([example.text for example in used], numbers, embedding)
        algorithm = [training.ALGORITHM, familiarity.ALGORITHM, sorted(choosers)]
        means = [familiarity.ALGORITHM_WITH_MEANINGS, embedding.hash] if embedding is not None else []
        taught = json.dumps([algorithm, *means, [example.canonical for example in used]])
        return cls(
            name=f"local/{hashlib.sha256(taught.encode()).hexdigest()[:8]}",
            report=TrainingReport(
                examples=len(used),
                fields=reports,
                usual_similarity=usual.usual_similarity,
                usual_known=usual.usual_known,
            ),
            vocabulary=vocabulary,
            choosers=choosers,
            familiarity=usual,
        )

    def saved(self) -> bytes:
        """Return the model as bytes that hold no code. The same model has the same bytes."""
        fields = [_Field(name=name, values=one.values, choices=one.choices) for name, one in self._choosers.items()]
        embedding = self._vocabulary.embedding
        facts = _Facts(
            name=self.name,
            report=self.report,
            embedding=embedding.hash if embedding is not None else None,
            fields=fields,
        )
        arrays: dict[str, Any] = {
            "phrases": words_as_array(self._vocabulary.phrases),
            "letters": words_as_array(self._vocabulary.letters),
        }
        arrays |= {f"familiar.{name}": array for name, array in self._familiarity.packed().items()}
        for number, chooser in enumerate(self._choosers.values()):
            arrays |= {f"{number}.{name}": array for name, array in chooser.classifier.packed().items()}
        return pack(Packed(facts=facts.model_dump(mode="json"), arrays=arrays))

    @classmethod
    def loaded(cls, data: bytes, folder: EmbeddingFolder | None = None) -> Self:
        """Return the model that was saved: it answers as the one that was trained. Needs no scikit-learn.

        `folder`: the embedding that this process has; it is read only for a model that was trained with one.

        Raise `CannotLoad` for bytes that are damaged, of another version or no model, and where the model was trained
        with an embedding that is not in the folder.
        """
        from workflows.model.local.classifier import Classifier
        from workflows.model.local.familiarity import Familiarity
        from workflows.model.local.features import Vocabulary

        packed = unpack(data)
        try:
            facts, arrays = _Facts.model_validate(packed.facts), packed.arrays
            embedding = _wanted(facts.embedding, folder)
            vocabulary = Vocabulary(
                phrases=words_of(arrays["phrases"]), letters=words_of(arrays["letters"]), embedding=embedding
            )
            choosers = {}
            for number, field in enumerate(facts.fields):
                if not {*field.values} <= {*field.choices}:
                    raise ValueError(f"{field.name} has a value that is not one of its choices")
                classifier = Classifier.unpacked(
                    _part(arrays, f"{number}."),
                    columns=vocabulary.columns,
                    phrases=len(vocabulary.phrases),
                    counted=vocabulary.counted,
                    values=len(field.values),
                )
                choosers[field.name] = _Chooser(values=field.values, choices=field.choices, classifier=classifier)
            familiarity = Familiarity.unpacked(_part(arrays, "familiar."), embedding)
        except (ValidationError, ValueError, KeyError, RecursionError) as error:
            raise CannotLoad(f"it cannot be used: {error}") from error
        return cls(
            name=facts.name, report=facts.report, vocabulary=vocabulary, choosers=choosers, familiarity=familiarity
        )

    def lacks(self, output: type[BaseModel], templates: Collection[str]) -> list[str]:
        """Return the labels of the fields for which it has no value: no choice, no template, no default."""
        fields = output.model_fields
        known = {*self._choosers, *templates}
        return [titled(name, info) for name, info in fields.items() if name not in known and info.is_required()]

    def answer(self, question: Question) -> Answer:
        """Choose the learned fields, and fill the others from templates, for any text.

        A template's text has the confidence of the least sure choice. A field with its default has no confidence,
        because nobody chose it for this case. An error of a template is raised.
        """
        fields = question.output.model_fields
        best = self._choose(question.text, [field for field in fields if field in self._choosers], question.refused)
        if best is None:
            return Answer(model=self.name, problem=ALL_REFUSED, last=True)
        chosen = best.choices
        templated = [field for field in fields if field not in chosen and field in question.templates]
        default = [field for field in fields if field not in chosen and field not in templated]
        if not chosen:
            problem = f"the local model learned {', '.join(self._choosers)}, which {question.output.__name__} lacks"
            return Answer(model=self.name, problem=problem)
        if empty := self.lacks(question.output, question.templates):
            return Answer(
                model=self.name,
                problem=f"the local model chooses and does not write, so it has no value for {', '.join(empty)}:"
                " give a template, a default or, for a choice, labelled examples",
            )
        named = {field: choice.value for field, choice in chosen.items()}
        lowest = min(choice.confidence for choice in chosen.values())
        return Answer(
            model=self.name,
            values={field: self._choosers[field].choices[value] for field, value in named.items()}
            | {field: question.templates[field](named) for field in templated},
            confidence={field: choice.confidence for field, choice in chosen.items()}
            | dict.fromkeys(templated, lowest),
            alternatives={field: choice.alternatives for field, choice in chosen.items()},
            reasons=(
                *([NEXT_BEST] if best.is_next else []),
                *(choice.reason for choice in chosen.values()),
                *(f"{field}: from the workflow's template, not written by a model" for field in templated),
                *(f"{field}: left at its default" for field in default),
            ),
            unfamiliar=self._familiarity.doubt(
                question.text, {field: self._choosers[field].values.index(value) for field, value in named.items()}
            ),
            last=best.is_last,
        )

    def unfamiliar(self, text: str, values: Mapping[str, object]) -> str | None:
        """Return why a text is unlike what was learned from, or unlike the examples of its values; None where not."""
        numbers = {}
        for field, value in values.items():
            chooser = self._choosers.get(field)
            name = chooser.named(value) if chooser else None
            if chooser is not None and name is not None:
                numbers[field] = chooser.values.index(name)
        return self._familiarity.doubt(text, numbers)

    def probabilities(self, text: str, values: Mapping[str, object]) -> dict[str, float]:
        """Return field -> the probability of its value for a text, 0 to 1, for the learned fields and values."""
        counts = self._vocabulary.count(text)
        found = {}
        for field, value in values.items():
            chooser = self._choosers.get(field)
            name = chooser.named(value) if chooser else None
            if chooser is not None and name is not None:
                probabilities = chooser.classifier.probabilities(counts)[0]
                found[field] = float(probabilities[chooser.values.index(name)])
        return found

    def _choose(self, text: str, fields: Sequence[str], refused: Sequence[Refusal]) -> _Best | None:
        """Choose the most likely combination of values that nobody refused; None where all were refused."""
        counts = self._vocabulary.count(text)
        choosers = [self._choosers[field] for field in fields]
        probabilities = [chooser.classifier.probabilities(counts)[0] for chooser in choosers]
        ranked = [(-each).argsort(kind="stable") for each in probabilities]
        shares = [each[order] for each, order in zip(probabilities, ranked, strict=True)]
        but = {
            places
            for one in refused
            if (places := _places(one, fields, choosers, [[*map(int, order)] for order in ranked])) is not None
        }
        found = most_likely(shares, but=but)
        if found is None:
            return None
        chosen: dict[str, _Choice] = {}
        for field, chooser, order, share, place in zip(fields, choosers, ranked, shares, found, strict=True):
            values, classifier = chooser.values, chooser.classifier
            others = [other for other in range(len(order)) if other != place][:_ALTERNATIVES]
            phrases = classifier.loudest(counts, order[place], self._vocabulary.phrases, most=_PHRASES_GIVEN)
            chosen[field] = _Choice(
                value=values[order[place]],
                confidence=float(share[place]),
                alternatives=tuple(
                    Alternative(value=values[order[other]], probability=float(share[other])) for other in others
                ),
                reason=f"{field}: {_because(phrases)} {values[order[place]]}",
            )
        return _Best(choices=chosen, is_next=any(found), is_last=bool(fields) and is_last(shares, but={*but, found}))


def _wanted(hash: str | None, folder: EmbeddingFolder | None) -> "Embedding | None":
    """Return the embedding that a model was trained with. Raise `CannotLoad` where it is not the folder's."""
    if hash is None:
        return None
    what = f"it was trained with the embedding {hash[:8]}"
    do = "let COUNTERSIGN_EMBEDDING name the folder with that one, or deploy a model that is trained again"
    try:
        found = folder.embedding() if folder is not None else None
    except CannotEmbed as error:
        raise CannotLoad(f"{what}, which cannot be used: {error}") from error
    if found is None:
        raise CannotLoad(f"{what}, and this process has none: {do}")
    if found.hash != hash:
        raise CannotLoad(f"{what}, and COUNTERSIGN_EMBEDDING names {found.hash[:8]}: {do}")
    return found


def _part(arrays: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _places(
    refused: Refusal, fields: Sequence[str], choosers: Sequence[_Chooser], ranked: Sequence[Sequence[int]]
) -> Places | None:
    """Return the place of each refused value among its field's choices; None where one is no choice of the model."""
    values, places = refused.values, list[int]()
    for field, chooser, order in zip(fields, choosers, ranked, strict=True):
        names = [name for name, choice in chooser.choices.items() if choice == values.get(field)]
        if field not in values or not names or names[0] not in chooser.values:
            return None
        places.append(order.index(chooser.values.index(names[0])))
    return tuple(places) if places else None


def _because(phrases: Sequence[str]) -> str:
    short = [shortened(phrase, _LONGEST_PHRASE) for phrase in phrases]
    return f"{', '.join(f'“{phrase}”' for phrase in short)} spoke most for" if short else "no known word speaks for"
