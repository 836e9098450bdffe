"""The masking of a case for a test: personal values, mail addresses and secrets are not in it.

A value has the same stand-in wherever it stands, of the same shape, so that the forms still take it and the automation
goes the same way. Where a form takes no stand-in, nothing is written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel, JsonValue

from workflows.documents.document import documents_in
from workflows.engine.declare.personal import names_in, personal_places, values_in
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import Misfit, Refused
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.stand_ins import SHAPES, StandIns, emails_in, stands_out
from workflows.redaction import SECRET, is_secret_name, without_secrets

_LONG = 40
"""Characters of a text that may say anything."""
_LEAST_SECRET = 6
"""Characters of a secret for which a mark is put elsewhere too."""


class Masking:
    """Masks for one case. All of it is looked through first, and then all of it is masked."""

    def __init__(self, *, people: bool = True) -> None:
        """`people`: False: only secrets are masked, and persons stay."""
        self._masks_people = people
        self.personal: dict[str, None] = {}
        """Names of the personal fields that were found, in order."""
        self.found: dict[str, None] = {}
        """Kinds of what was found in texts that are searched, in order."""
        self.kept: dict[str, None] = {}
        """Names of the personal fields that stay, since their forms take only certain words."""
        self._stand_ins = StandIns()
        self._names: set[str] = set()
        self._personal_names: set[str] = set()
        """Names on the way to a personal value: what is known to be personal is so under them, however short it is."""
        self._people = 0
        self._documents: dict[str, str] = {}
        """Hash of a document -> its stand-in."""

    def look(self, value: object, plain: JsonValue) -> None:
        """Look through a value for what is personal. `plain`: the same as JSON."""
        self._names.update(names_in(value))
        self._look_for_secrets(plain)
        self._look_at_documents(value)
        for place in personal_places(value) if self._masks_people else ():
            found = _at(plain, place.path)
            name = ".".join(part for part in place.path if isinstance(part, str) and part in self._names)
            self._look_at_names(place.path)
            if place.is_choice or found is None or isinstance(found, bool):
                self.kept[name] = None
            else:
                self.personal[name] = None
                self._personal_names.update(part for part in place.path if isinstance(part, str))
                self._stand_ins.add(str(found))
        for one in values_in(value) if self._masks_people else ():
            if one.is_found:
                self.found[one.called] = None
                self._stand_ins.add(one.text)
        self.look_for_emails(plain)

    def _look_at_names(self, path: Sequence[str | int]) -> None:
        """Give the names of a personal mapping stand-ins, such as those of customers. Plain words stay."""
        for part in path:
            if isinstance(part, str) and part not in self._names and any(map(stands_out, re.findall(r"\w+", part))):
                self._stand_ins.add(part)

    def _look_at_documents(self, value: object) -> None:
        """Give the hashes of documents stand-ins: whoever has a file would know by its hash whose case it was.

        They look like secrets, and are none.
        """
        for one in documents_in(value):
            instead = f"{len(self._documents) + 1:064x}" if self._masks_people else one.sha256
            self._documents.setdefault(one.sha256, instead)

    def _look_for_secrets(self, plain: JsonValue) -> None:
        """Look for what stands under the name of a secret: it is one wherever it stands."""
        for secret in _secrets(plain):
            if len(secret) >= _LEAST_SECRET:
                self._stand_ins.put(secret, SECRET)

    def look_for_emails(self, plain: JsonValue) -> None:
        """Look for mail addresses, which are personal wherever they stand."""
        for text in _texts(plain) if self._masks_people else ():
            for email in emails_in(text):
                self._stand_ins.add(email)

    def look_at_call(self, given: Mapping[str, JsonValue]) -> None:
        """Look through the arguments of a step."""
        self._names.update(given)
        self._look_for_secrets(dict(given))
        self.look_for_emails(dict(given))

    def person(self, person: str) -> str:
        """Return the stand-in of a person who decided."""
        if not self._masks_people:
            return person
        self._people += 1
        instead = f"U0PERSON{self._people}"
        self._stand_ins.put(person, instead)
        return instead

    def put(self, text: str, instead: str) -> None:
        """Have a text stand in for another one."""
        self._stand_ins.put(text, instead)

    def input(self, value: BaseModel, plain: Mapping[str, JsonValue]) -> tuple[BaseModel, dict[str, JsonValue]]:
        """Return an input masked. Raise `Refused` where its form does not take it so."""
        for shape in range(1, SHAPES + 1):
            masked = self.values(plain)
            try:
                return read(type(value), canonical(masked)), masked
            except Misfit as error:
                wrong = error
            for place in personal_places(value) if self._masks_people else ():
                if not place.is_choice:
                    self._stand_ins.add(str(_at(dict(plain), place.path)), shape=shape)
        what = "stand-in for a personal value, or a secret" if self._masks_people else "stand-in for a secret"
        raise Refused(
            f"the form {type(value).__name__} takes no {what}: {wrong}; nothing was written. --unmasked keeps personal "
            "values"
        )

    def value(self, plain: JsonValue) -> JsonValue:
        """Return a value masked."""
        clean = _without_secrets(plain, spared=self._documents)
        return self._stand_ins.value(clean, names=self._names, personal=self._personal_names)

    def values(self, plain: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return values by name, masked."""
        masked = self.value(dict(plain))
        assert isinstance(masked, dict)
        return masked

    def text(self, text: str) -> str:
        """Return a text masked."""
        return self._stand_ins.text(without_secrets(text))

    def said_of(self, input: Mapping[str, JsonValue]) -> list[str]:
        """Return what is masked, and what may not be, in words. `input`: as it is masked."""
        if not self._masks_people:
            return ["personal values are in it as they were: do not commit it"]
        named = ", ".join(self.personal)
        found = ["no field is declared as Personal, so only mail addresses and secrets have stand-ins"]
        if named:
            found = [
                f"stand-ins are in place of personal values ({named}), mail addresses and secrets: code that depends "
                "on their very words may not fail as it did, and parts that the code made of them are not found"
            ]
        if self.found:
            found.append(f"found in free text, with stand-ins too: {', '.join(self.found)}")
        if self.kept:
            found.append(f"as they are, since their forms take only certain words: {', '.join(self.kept)}")
        free = [name for name, value in input.items() if isinstance(value, str) and len(value) > _LONG and " " in value]
        if free:
            found.append(f"free text may name people in other words: {', '.join(free)}")
        return found


def _without_secrets(plain: JsonValue, *, spared: Mapping[str, str], is_secret: bool = False) -> JsonValue:
    """Return a value without secrets. `is_secret`: it stands under the name of one. `spared`: text -> what stands in
    its place, though it looks like a secret.
    """
    match plain:
        case str():
            if plain in spared:
                return spared[plain]
            return SECRET if is_secret and plain else without_secrets(plain)
        case list():
            return [_without_secrets(inner, spared=spared, is_secret=is_secret) for inner in plain]
        case dict():
            return {
                name: _without_secrets(inner, spared=spared, is_secret=_is_secret(name, inner))
                for name, inner in plain.items()
            }
        case None | bool():
            return plain
        case int() if is_secret:
            return int("1" * len(str(abs(plain))))
        case float() if is_secret:
            return 1.0
    return plain


def _secrets(plain: JsonValue, *, is_secret: bool = False) -> Iterator[str]:
    """Yield the texts that stand under the name of a secret. `is_secret`: this value does."""
    match plain:
        case str() if is_secret:
            yield plain.strip()
        case list():
            for inner in plain:
                yield from _secrets(inner, is_secret=is_secret)
        case dict():
            for name, inner in plain.items():
                yield from _secrets(inner, is_secret=_is_secret(name, inner))


def _is_secret(name: str, value: JsonValue) -> bool:
    """Tell whether a value is a secret by its name. A number under `tokens` is a count, and a list holds tokens."""
    return is_secret_name(name.removesuffix("s") if isinstance(value, list) else name)


def _texts(plain: JsonValue) -> Iterator[str]:
    match plain:
        case str():
            yield plain
        case list():
            for inner in plain:
                yield from _texts(inner)
        case dict():
            for name, inner in plain.items():
                yield name
                yield from _texts(inner)


def _at(plain: JsonValue, path: Sequence[str | int]) -> JsonValue:
    """Return what stands at a place; None where nothing does."""
    for part in path:
        if isinstance(plain, dict) and isinstance(part, str):
            plain = plain.get(part)
        elif isinstance(plain, list) and isinstance(part, int) and part < len(plain):
            plain = plain[part]
        else:
            return None
    return plain
