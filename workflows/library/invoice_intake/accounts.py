"""The bank accounts that a text names, in any notation.

An IBAN is recognised by its country's form (ISO 13616, by schwifty), not by its check digits: a misprinted IBAN is
another account, too. It is also found with spaces of any width, line breaks, dashes, small letters, or a word joined to
it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from countersign.tools.characters import plain

from workflows.library.invoice_intake.layout import level

_REACH = 90
"""Most characters of an account with its gaps."""
_GAP = re.compile(r"[\s.\u2010-\u2015/-]{0,8}")
_START = re.compile(rf"[A-Za-z]{{2}}{_GAP.pattern}[0-9]{_GAP.pattern}[0-9]")
_LABELLED = re.compile(r"[1il]ban[^a-z0-9]{0,12}(?:n[ro]?\W{0,4})?([a-z]{2}[ .]{0,2}[0-9][0-9a-z\s.-]{6,40})")
_NATIONAL = re.compile(
    r"(?<![^\W\d_])(?:(?:bank )?account(?: no\.?| number| nr\.?)?|acct\.?(?: no\.?)?|a/c(?: no\.?)?|kontonr\.?"
    r"|konto(?:-?nummer|-?nr)?\.?|kto\.?(?:-?nr)?\.?|bankgiro|plusgiro|pg|bg|clabe|giro|rekening(?:nummer|nr)?\.?"
    r"|bankrekening|compte|rib|cuenta|ccc|c/c|conto corrente|conto|conta|nib|tilinumero|tili|numer (?:konta|rachunku)"
    r"|nr (?:konta|rachunku)|rachunek|konto nr|cislo uctu|c\. ?u\.|ucet|bankkonto|szamlaszam|λογαριασμος|kontonummer)"
    r"\s{0,3}(?:\(?(?:eur|no|nr|number)\)?\.?)?\s{0,3}[:#.]?\s{0,20}([0-9][0-9 \u00a0./-]{3,40}[0-9])"
    r"|(?:口座番号|普通預金|普通|账号|帳號)\s*[:\uff1a]?\s*([0-9][0-9 -]{4,24}[0-9])"
)
_OURS = re.compile(
    r"(?:customer|your|client|kunden|ihr\w{0,2}|votre|su|vostro|uw|twoj\w*|vase\w*|din|ditt|tu)[ -]{0,2}\Z"
)
_DEBITED = re.compile(
    r"debit|abgebucht|abbuch|eingezogen|einzug|lastschrift|prelev|domicil|incass|addebit|adeud|pobran|inkas|autogiro"
)
_LONGEST_WORD = 4
"""Most letters of a group of an IBAN without a digit, such as a bank's code. A longer group is a word of the text."""
_YOURS = re.compile(r"\b(?:your|ihr\w{0,2}|votre|vostr[oa]|uw|su|tu|twoj\w*|vas\w*|din|ditt)\b")
_RUNS_INTO = re.compile(r"(?:[1il]ban|konto|account|compte|nr|no)\Z", re.IGNORECASE)
"""Words that may be joined to an account."""
_SHORTEST_NATIONAL = 6
"""Fewest digits of an account number that may be a part of an IBAN."""


@dataclass(frozen=True, kw_only=True)
class _Form:
    """The form of a country's IBANs."""

    length: int
    national: re.Pattern[str]
    """The pattern after the check digits."""


@lru_cache(maxsize=32)
def accounts_in(text: str) -> frozenset[str]:
    """Return the accounts to which a text asks to pay, in the form of `account_key`."""
    return frozenset(_accounts(plain(text)))


def account_key(account: str) -> str:
    """Return an account without the differences between two notations of it."""
    return re.sub(r"[^A-Z0-9]", "", plain(account).upper())


def is_one_of(account: str, known: Iterable[str]) -> bool:
    """Tell whether it is one of these accounts, or the national number inside one of their IBANs."""
    keys = {account_key(each) for each in known}
    if account in keys:
        return True
    bare = account.lstrip("0")
    if len(bare) < _SHORTEST_NATIONAL or not account.isdigit():
        return False
    return any(key.endswith(bare) or account in key[4:] for key in keys if key[:2].isalpha())


def without_accounts(ready: str) -> str:
    """Return a text in plain characters with its IBANs masked, each character still in its place."""
    pieces, free = list[str](), 0
    for start, end, _ in _ibans(ready):
        pieces += [ready[free:start], re.sub(r"[^\n]", "#", ready[start:end])]
        free = end
    return "".join([*pieces, ready[free:]])


def _accounts(ready: str) -> Iterator[str]:
    for start, end, key in _ibans(ready):
        if not _is_debited(ready, start, end):
            yield key
    rest = without_accounts(ready)
    small = level(rest)
    for match in _LABELLED.finditer(small):
        yield account_key(match[1])
    for match in _NATIONAL.finditer(small):
        if not _OURS.search(small, max(match.start() - 12, 0), match.start()):
            yield account_key(match[1] or match[2])


def _ibans(ready: str) -> Iterator[tuple[int, int, str]]:
    """Yield the start, the end and the key of each IBAN."""
    free = 0
    for match in _START.finditer(ready):
        found = _iban(ready, match.start()) if match.start() >= free else None
        if found is not None:
            key, free = found
            yield match.start(), free, key


def _iban(ready: str, start: int) -> tuple[str, int] | None:
    """Return the IBAN that begins at a place, and the position of its end."""
    country = ready[start : start + 2].upper()
    form = _form(country)
    if form is None:
        return None
    key, at = "", start
    while len(key) < form.length and at < min(len(ready), start + _REACH):
        char = ready[at]
        if not (char.isascii() and char.isalnum()):
            gap = _GAP.match(ready, at)
            if gap is None or gap.end() == at:
                return None
            at = gap.end()
            continue
        key += char.upper()
        at += 1
    words = re.split(r"[\W_]+", ready[start:at])
    if any(len(word) > _LONGEST_WORD and not any(map(str.isdigit, word)) for word in words):
        return None
    is_whole = len(key) == form.length and key[2:4].isdigit() and form.national.match(key[4:]) is not None
    if not is_whole or ready[at : at + 1].isdigit():
        return None
    if ready[max(start - 1, 0) : start].isalnum() and not _RUNS_INTO.search(ready, max(start - 8, 0), start):
        return None
    # “no 12 3456 …” is more often a number than an account in Norway.
    if country == "NO" and ready[start : start + 2] != "NO" and "iban" not in ready[max(start - 12, 0) : start].lower():
        return None
    return key, at


def _is_debited(ready: str, start: int, end: int) -> bool:
    """Tell whether it is the customer's own account, which is debited."""
    before, after = level(ready[max(start - _REACH, 0) : start]), level(ready[end : end + _REACH])
    return _YOURS.search(before) is not None and _DEBITED.search(f"{before} {after}") is not None


@cache
def _form(country: str) -> _Form | None:
    """Return the form of a country's IBANs; None where the country has none."""
    from schwifty.exceptions import InvalidCountryCode  # late: importing this room has to be cheap
    from schwifty.registry import get_iban_spec

    try:
        spec = get_iban_spec(country)
    except InvalidCountryCode:
        return None
    return _Form(length=spec.iban_length, national=spec.regex)
