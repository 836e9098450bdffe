"""The open modals: a stack for each person, of which the top one is visible."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from secrets import token_hex

from pydantic import JsonValue

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object, objects
from bot.sandbox.state.forms import Values, initial_values
from handlers.slack import limits


@dataclass(kw_only=True)
class View:
    """One open modal, or the Home tab of a person."""

    id: str
    user: str
    definition: Object
    root: str
    previous: str | None
    hash: str
    values: Values
    errors: dict[str, str] = field(default_factory=dict)
    """Errors of the last submission, by block_id."""
    submitting: bool = False
    suggested: dict[str, list[Object]] = field(default_factory=dict)
    """Options that the app gave for menus without options of their own, by block_id."""

    @property
    def blocks(self) -> list[Object]:
        return objects(self.definition["blocks"])

    @property
    def callback_id(self) -> str:
        return str(self.definition.get("callback_id", ""))

    def redraw(self, definition: Object) -> None:
        """Draw another content; a filled-in value stays where its block and element stay."""
        self.definition = definition
        self.hash = _hash()
        self.values = initial_values(self.blocks, keep=self.values)
        self.errors = {}


class Modals:
    """The stacks of all people, bottom first."""

    def __init__(self) -> None:
        self._stacks: dict[str, list[View]] = {}

    def of(self, user: str) -> list[View]:
        return list(self._stacks.get(user, ()))

    def top(self, user: str) -> View | None:
        stack = self._stacks.get(user)
        return stack[-1] if stack else None

    def open(self, user: str, definition: Object) -> View:
        """Show a modal; everything else that the person had open is gone."""
        self._stacks[user] = []
        return self._add(user, definition)

    def push(self, user: str, definition: Object) -> View:
        """Show a modal above the open one. Raise SlackError."""
        stack = self._stacks.get(user)
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= limits.VIEW_STACK:
            raise SlackError("push_limit_reached")
        return self._add(user, definition)

    def update(self, view: View, definition: Object, hash: JsonValue = None) -> None:
        """Draw a view anew. Raise SlackError if it is not the one that the caller saw."""
        if hash not in (None, "", view.hash):
            raise SlackError("hash_conflict")
        view.redraw(definition)

    def find(self, *, id: JsonValue = None, external_id: JsonValue = None) -> View:
        """Return an open view. Raise SlackError."""
        for view in (view for stack in self._stacks.values() for view in stack):
            named = view.definition.get("external_id")
            if view.id == id or (named and named == external_id):
                return view
        raise SlackError("not_found")

    def check_external_id(self, definition: Object) -> None:
        """Raise SlackError if another open view has this external_id."""
        named = definition.get("external_id")
        taken = [view.definition.get("external_id") for stack in self._stacks.values() for view in stack]
        if named and named in taken:
            raise SlackError("duplicate_external_id")

    def close(self, view: View) -> None:
        """Close a modal; the one below is visible again."""
        stack = self._stacks.get(view.user, [])
        if view in stack:
            stack.remove(view)

    def clear(self, user: str) -> list[View]:
        """Close all modals; returns those that were open, top first."""
        return list(reversed(self._stacks.pop(user, [])))

    def _add(self, user: str, definition: Object) -> View:
        stack = self._stacks.setdefault(user, [])
        view = new_view(user, definition, below=stack)
        stack.append(view)
        return view


def new_view(user: str, definition: Object, *, below: Sequence[View] = ()) -> View:
    """Return a view with an id and values of its own. `below`: the modals under it, bottom first."""
    id = f"V{token_hex(5).upper()}"
    return View(
        id=id,
        user=user,
        definition=definition,
        root=below[0].id if below else id,
        previous=below[-1].id if below else None,
        hash=_hash(),
        values=initial_values(objects(definition["blocks"])),
    )


def _hash() -> str:
    return f"{token_hex(5)}.{token_hex(4)}"
