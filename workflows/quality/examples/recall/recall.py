"""Past decisions at ask time: the nearest decided cases of the same workflow, masked, of the learning half.

The index is made once per process and deployment, when it is first needed, from exactly the examples that were frozen
with the deployment. So all cases of one version are told from the same examples. An example whose content was removed
since is told no more: what is told is read from the database each time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from store.db import extras
from store.db.database import Database
from store.learning import recalled_examples
from store.learning.recalled_examples import RecalledLine, TakenMark
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import Recall
from workflows.engine.propose.past_cases import decided_in
from workflows.engine.text.canonical_json import content_hash
from workflows.model.port import ModelUnavailable, Recalled
from workflows.quality.examples.recall.told import text_in, texts_in

if TYPE_CHECKING:
    from workflows.quality.examples.recall.index import Index

_SPARE = 10
"""Examples that are found beyond those that are told, in case the content of some was removed."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class _Item:
    """An example in an index."""

    example: int
    case: int
    key: str
    """Its key without signs, in small letters."""
    mark: str
    """Hash of the words of its text."""


@dataclass(frozen=True, kw_only=True)
class _Made:
    """An index, and what it was made from."""

    index: "Index[_Item]"
    basis: TakenMark | None
    """None for a deployment, whose examples stay the same."""


class ExampleRecall:
    """The past decisions of one deployment; of none, all examples of the learning half that are taken in now."""

    def __init__(
        self, database: Database, workflow: AnyWorkflow, *, team: int, deployment: int | None, count: int
    ) -> None:
        """Read nothing yet. `count`: past decisions that are told with a case."""
        self._database = database
        self._workflow = workflow
        self._team = team
        self._deployment = deployment
        self._count = count
        self._made: _Made | None = None
        self._lock = Lock()

    def nearest(self, text: str, *, case: int | None, key: str) -> Sequence[Recalled]:
        """Return the nearest past decisions, nearest first, and never the case itself.

        `text`: the case as a model that reads text only is told it. `case`, `key`: of the case; without `case`, which
        an example that is tried has not, texts of the same words are left out, too. Raise `ModelUnavailable` where
        scikit-learn is not installed, or `store.db.database.Unavailable`.
        """
        own, mark = _bare(key), _mark(text) if case is None else None

        def may(item: _Item) -> bool:
            return item.case != case and item.mark != mark and not _is_near_key(item.key, own)

        near = self._index().nearest(text, most=self._count + _SPARE, may=may)
        with self._database.read() as session:
            kept = recalled_examples.present(session, [one.item.example for one in near], team=self._team)
        # The author's code is called outside the transaction.
        told = [
            _told(self._workflow, kept[one.item.example], one.similarity) for one in near if one.item.example in kept
        ]
        return told[: self._count]

    def _index(self) -> "Index[_Item]":
        with self._lock:
            basis = None
            if self._deployment is None:
                with self._database.read() as session:
                    basis = recalled_examples.taken_mark(session, self._workflow.name, team=self._team)
            if self._made is None or self._made.basis != basis:
                self._made = _Made(index=self._make(), basis=basis)
            return self._made.index

    def _make(self) -> "Index[_Item]":
        try:
            from workflows.quality.examples.recall.index import Index
        except ModuleNotFoundError as missing:
            raise ModelUnavailable(
                f"past decisions are found with scikit-learn ({missing.name} is missing): {extras.advice('local')}"
            ) from missing
        with self._database.read() as session:
            lines = (
                recalled_examples.taken(session, self._workflow.name, team=self._team)
                if self._deployment is None
                else recalled_examples.of_deployment(session, self._deployment, team=self._team)
            )
        texts = texts_in(self._workflow, [line.body for line in lines])
        items = [
            _Item(example=line.example, case=line.case, key=_bare(line.key), mark=_mark(text))
            for line, text in zip(lines, texts, strict=True)
        ]
        return Index.of(items, texts)


def recall_of(context: Context, workflow: AnyWorkflow, *, deployment: int | None, count: int) -> Recall:
    """Return the past decisions that are told with the cases of a deployment; nothing is read before the first.

    `deployment`: None for the files of this process: all examples that are taken in now, for development.
    """
    return ExampleRecall(context.database, workflow, team=context.team, deployment=deployment, count=count)


def _told(workflow: AnyWorkflow, line: RecalledLine, similarity: float) -> Recalled:
    return Recalled(
        example=line.example,
        case=line.case,
        key=line.key,
        data=text_in(workflow, line.body),
        output=decided_in(workflow, line.body),
        similarity=similarity,
    )


def _bare(key: str) -> str:
    return " ".join(_WORD.findall(key.casefold()))


def _is_near_key(key: str, other: str) -> bool:
    """Tell whether two keys name the same thing: alike but for signs, or one with something after the other."""
    return key == other or key.startswith(f"{other} ") or other.startswith(f"{key} ")


def _mark(text: str) -> str:
    return content_hash(" ".join(_WORD.findall(text.casefold())))
