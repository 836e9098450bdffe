"""Search of a text for what identifies a person by its form: addresses, numbers, accounts. Pure.

It finds mail addresses, phone numbers (`phonenumbers`), IBANs (`schwifty`), payment cards (their issuers' prefixes and
Luhn's check digit), IP addresses, and the national numbers and VAT numbers that `python-stdnum` knows for the countries
that are named. It cannot find a name, a postal address, a date of birth, or anything else that is written in words.

Limits hold for texts from anybody, by number and not by time, so that the same text has the same finds each time: a
text that is too long, or holds more of these than a person would write, counts as a whole. The patterns have a limit of
time as well, and what exceeds it counts as a whole, too.
"""

import ipaddress
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from importlib import import_module

from workflows.errors import TooSlow
from workflows.tools.patterns import Pattern

LONGEST = 1_000_000
"""Characters of a text that is searched. A longer one counts as a whole."""
MOST_LOOKS = 50_000
"""Most places of a text that are looked at closely, for each kind."""
MOST_FINDS = 200
"""Most different finds in a text."""
_SECONDS = 20.0
"""Seconds for one pattern: many times what the longest text takes, since finds may not depend on how busy a machine
is.
"""


class Identifier(StrEnum):
    """The kind of a find."""

    MAIL = "mail address"
    IBAN = "IBAN"
    CARD = "payment card"
    NATIONAL = "national number"
    IP = "IP address"
    PHONE = "phone number"
    WHOLE = "text"
    """A whole text that could not be searched."""


@dataclass(frozen=True, kw_only=True)
class Find:
    """A place of a text that identifies a person."""

    kind: Identifier
    text: str
    """As it is written there."""
    start: int


NATIONAL: Mapping[str, tuple[str, ...]] = {
    "AR": ("dni", "cuit"),
    "AT": ("vnr", "uid", "tin"),
    "AU": ("tfn", "abn"),
    "BE": ("nn", "vat"),
    "BG": ("egn", "pnf", "vat"),
    "BR": ("cpf", "cnpj"),
    "CA": ("sin",),
    "CH": ("ssn", "vat"),
    "CL": ("rut",),
    "CN": ("ric",),
    "CZ": ("rc", "dic"),
    "DE": ("idnr", "vat"),
    "DK": ("cpr", "cvr"),
    "EE": ("ik", "kmkr"),
    "ES": ("dni", "nie", "nif"),
    "FI": ("hetu", "alv"),
    "FR": ("nir", "tva"),
    "GB": ("nhs", "vat"),
    "GR": ("amka", "vat"),
    "HR": ("oib",),
    "HU": ("anum",),
    "IE": ("pps", "vat"),
    "IL": ("idnr",),
    "IN": ("aadhaar", "pan"),
    "IT": ("codicefiscale", "iva"),
    "LT": ("asmens", "pvm"),
    "LU": ("tva",),
    "LV": ("pvn",),
    "MX": ("curp", "rfc"),
    "NL": ("bsn", "btw"),
    "NO": ("fodselsnummer", "mva"),
    "NZ": ("ird",),
    "PL": ("pesel", "nip"),
    "PT": ("cc", "nif"),
    "RO": ("cnp", "cf"),
    "SE": ("personnummer", "vat"),
    "SI": ("emso", "ddv"),
    "SK": ("rc", "dph"),
    "TR": ("tckimlik",),
    "US": ("ssn", "itin"),
    "ZA": ("idnr",),
}
"""Country -> the modules of `stdnum` with its numbers of persons, and of firms for VAT."""
_WITH_COUNTRY = frozenset(
    "abn alv anum btw cf cnpj cvr ddv dic dph iva kmkr mva nip pvm pvn tva uid vat".split()  # noqa: SIM905  # shorter
)
"""Modules of firms' numbers: these count only behind the letters of their country, as VAT numbers are written."""

_MAIL = Pattern(
    r"(?<![\w.+%-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])", seconds=_SECONDS
)
_IBAN = Pattern(
    r"(?<![^\W_])[A-Za-z]{2}[ -]?[0-9]{2}(?:(?:\r?\n[> ]{0,3}|[ \u00a0-])?[A-Za-z0-9]){11,30}", seconds=_SECONDS
)
_CARD = Pattern(r"(?<![\w.,-])[0-9](?:[ -]?[0-9]){12,400}(?![\w]|[.,-][0-9])", seconds=_SECONDS)
_NUMBERS = Pattern(
    r"(?<![^\W_]|\+)((?:[A-Za-z]{2,3} ?)?)[0-9]{1,14}(?:[ ./+-][0-9]{1,10}){0,7}"
    r"((?:[ -]?[A-Za-z]{1,2}[0-9]{0,2})?)(?![^\W_])",
    seconds=_SECONDS,
)
_CODES = Pattern(r"(?<![\w])[A-Za-z0-9]{8,20}(?![\w])", seconds=_SECONDS)
_IP = Pattern(
    r"(?<![\w.:])(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}|(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4})(?![\w:]|\.[0-9])",
    seconds=_SECONDS,
)
_PHONE = Pattern(
    r"(?:(?<![\w+])\+|(?<![\w.,/#-]|[0-9]:)(?:00)?)\(?[0-9](?:[ ()./-]{0,3}[0-9]){5,400}(?![\w]|[.,:/-][0-9])",
    seconds=_SECONDS,
)
_DATE = Pattern(r"(?:[0-9]{1,2}[./ -][0-9]{1,2}[./ -][0-9]{4}|[0-9]{4}[./ -][0-9]{1,2}[./ -][0-9]{1,2})(?:[ T].*)?")
_VERSION = Pattern(r"(?:\bv|\bversion|\brelease|\bbuild)\.? ?$", ignore_case=True)
_NUMBERED = Pattern(
    r"(?:\b(?:order|invoice|ticket|case|customer|account|ref|reference|article|item|no|nr|number|id|nummer|rechnung|"
    r"bestellung|auftrag|kunde|kundennummer|rechnungsnummer|bestellnummer|auftragsnummer|facture|commande|factura|"
    r"pedido|order-id|po)\b[.:#°]{0,2} {0,2}|[#№=€$£] ?)$",
    ignore_case=True,
)
"""Words before a number that say that it counts something."""
_CALLED = Pattern(
    r"\b(?:phone|tel|telephone|telefon|mobile|mobil|handy|call|fax|téléphone|teléfono)\b[ a-z]{0,8}[.:]{0,2} {0,2}$",
    ignore_case=True,
)
_LEAST_DIGITS = 5
"""Fewest digits of a national number."""
_LEAST_DIFFERENT = 3
"""Fewest different digits of one: a row of zeros has a right check digit, too."""
_BEFORE = 24
"""Characters before a candidate that are looked at."""
_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    (4, 4, frozenset({13, 16, 19})),
    (51, 55, frozenset({16})),
    (2221, 2720, frozenset({16})),
    (34, 34, frozenset({15})),
    (37, 37, frozenset({15})),
    (6011, 6011, frozenset({16, 19})),
    (644, 659, frozenset({16, 19})),
    (3528, 3589, frozenset({16, 19})),
    (300, 305, frozenset({14})),
    (36, 36, frozenset({14})),
    (38, 39, frozenset({14})),
    (62, 62, frozenset({16, 17, 18, 19})),
    (5018, 5018, frozenset({16, 18, 19})),
    (6759, 6763, frozenset({16, 18, 19})),
)
"""First and last prefix of an issuer, with the lengths of its card numbers (ISO/IEC 7812)."""


def finds_in(text: str, countries: Collection[str] = ()) -> tuple[Find, ...]:
    """Return what identifies a person in a text, in order and without overlaps.

    `countries`: two-letter codes of the countries whose national numbers, and phone numbers without +, are looked for.
    Where a text cannot be searched within the limits, the whole of it is the one find.
    """
    whole = (Find(kind=Identifier.WHOLE, text=text, start=0),)
    if len(text) > LONGEST:
        return whole
    found: list[Find] = []
    taken = bytearray(len(text))
    try:
        for kind, made in _searches(tuple(sorted(countries))):
            for start, end in made(text):
                if not any(taken[start:end]):
                    taken[start:end] = b"\1" * (end - start)
                    found.append(Find(kind=kind, text=text[start:end], start=start))
    except (TooSlow, _TooMany):
        return whole
    if len({find.text for find in found}) > MOST_FINDS:
        return whole
    return tuple(sorted(found, key=lambda find: find.start))


class _TooMany(Exception):
    """A text holds more candidates than are looked at."""


class _Looks:
    """The count of what was looked at closely in one text, for one kind."""

    def __init__(self) -> None:
        self._left = MOST_LOOKS

    def __call__(self) -> None:
        """Count one more. Raise `_TooMany`."""
        self._left -= 1
        if self._left < 0:
            raise _TooMany


Span = tuple[int, int]
"""Beginning and end."""


def _searches(countries: tuple[str, ...]) -> Iterator[tuple[Identifier, Callable[[str], Iterator[Span]]]]:
    """Yield the searches: what is taken by one of them is not found again by a later one."""
    yield Identifier.MAIL, lambda text: (found.span() for found in _MAIL.matches(text))
    yield Identifier.IBAN, lambda text: _spans(text, _IBAN, _ibans_in)
    yield Identifier.CARD, lambda text: _spans(text, _CARD, _cards_in)
    yield Identifier.PHONE, lambda text: _spans(text, _PHONE, partial(_phones_in, countries))
    if countries:
        yield Identifier.NATIONAL, lambda text: _spans(text, _CODES, partial(_codes_in, countries))
        yield Identifier.NATIONAL, lambda text: _spans(text, _NUMBERS, partial(_numbers_in, countries))
    yield Identifier.IP, lambda text: _spans(text, _IP, _ips_in)


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """A place of a text that looks like what is searched for."""

    text: str
    before: str
    """The characters before it."""
    looked: _Looks


def _spans(text: str, pattern: Pattern, places_in: Callable[[_Candidate], Sequence[Span]]) -> Iterator[Span]:
    """Yield the places of what is what it looks like. `places_in`: a function from a candidate to the places
    in it.
    """
    looked = _Looks()
    known: dict[tuple[str, str], Sequence[Span]] = {}
    for found in pattern.matches(text):
        at = found.start()
        key = (found[0], text[max(at - _BEFORE, 0) : at])
        if key not in known:
            known[key] = places_in(_Candidate(text=key[0], before=key[1], looked=looked))
        yield from ((at + start, at + end) for start, end in known[key])


def _longest(
    candidate: _Candidate, is_one: Callable[[int, int], bool], *, digits: range, inside: bool
) -> Sequence[Span]:
    """Return the places of numbers that stand beside each other in a candidate, each as long as it may be.

    `is_one`: tells it for a beginning and an end. `digits`: how many it may have. `inside`: True if one may begin after
    digits that are none. A number neither begins nor ends within a group of digits.
    """
    groups = [found.span() for found in re.finditer(r"[+(]*[0-9]+", candidate.text)]
    made: list[Span] = []
    first = 0
    while first < len(groups):
        last = next(
            (last for last in _ends(candidate, groups, first, digits) if is_one(groups[first][0], groups[last][1])),
            None,
        )
        if last is not None:
            made.append((groups[first][0], groups[last][1]))
        first = first + 1 if last is None else last + 1
        if last is None and not inside:
            begins = (at for at in range(first, len(groups)) if candidate.text[groups[at][0]] == "+")
            first = next(begins, len(groups))
    return made


def _ends(candidate: _Candidate, groups: Sequence[Span], first: int, digits: range) -> Iterator[int]:
    """Yield the groups with which a number may end that begins with one of them, the last one first."""
    counted, ends = 0, list[int]()
    for last in range(first, len(groups)):
        counted += sum(map(str.isdigit, candidate.text[slice(*groups[last])]))
        if counted >= digits.stop:
            break
        if counted in digits:
            ends.append(last)
    for last in reversed(ends):
        candidate.looked()
        yield last


def _bare(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _ibans_in(found: _Candidate) -> Sequence[Span]:
    """Return the place of an IBAN, which is as long as its country has it."""
    candidate = found.text
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    bare = _bare(candidate).upper()
    length = _iban_length(bare[:2])
    if length is None or len(bare) < length:
        return ()
    found.looked()
    try:
        IBAN(bare[:length])
    except SchwiftyException:
        return ()
    end = _end_after(candidate, length)
    return () if candidate[end : end + 1].isalnum() else [(0, end)]


@cache
def _iban_length(country: str) -> int | None:
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    try:
        return int(IBAN(f"{country}00", allow_invalid=True).spec.iban_length)
    except (SchwiftyException, AttributeError, TypeError):
        return None


def _end_after(candidate: str, letters: int) -> int:
    """Return the place after so many letters and digits of a candidate."""
    seen = 0
    for place, char in enumerate(candidate, 1):
        seen += char.isalnum()
        if seen == letters:
            return place
    return 0


def _cards_in(found: _Candidate) -> Sequence[Span]:
    return _longest(found, lambda start, end: _is_card(_bare(found.text[start:end])), digits=range(13, 20), inside=True)


def _is_card(number: str) -> bool:
    from stdnum import luhn

    return any(
        len(number) in lengths and first <= int(number[: len(str(first))]) <= last and luhn.is_valid(number)
        for first, last, lengths in _ISSUERS
    )


def _codes_in(countries: Sequence[str], found: _Candidate) -> Sequence[Span]:
    """Return the place of a national number that is one word of letters and digits."""
    found.looked()
    is_one = not found.text.isdigit() and _is_national(found.text, countries)
    return [(0, len(found.text))] if is_one else ()


def _numbers_in(countries: Sequence[str], found: _Candidate) -> Sequence[Span]:
    """Return the place of a national number that is written in groups; letters around it may not belong to it."""
    parts = _NUMBERS.fullmatch(found.text)
    if parts is None:
        return ()
    for start in dict.fromkeys((0, parts.end(1))):
        for end in dict.fromkeys((len(found.text), parts.start(2))):
            found.looked()
            if _is_national(found.text[start:end], countries):
                return [(start, end)]
    return ()


def _is_national(text: str, countries: Sequence[str]) -> bool:
    digits = [char for char in text if char.isdigit()]
    if len(digits) < _LEAST_DIGITS or len(set(digits)) < _LEAST_DIFFERENT:
        return False
    bare = _bare(text).upper()
    for country in countries:
        for name in NATIONAL.get(country, ()):
            if name in _WITH_COUNTRY and not bare.startswith("EL" if country == "GR" else country):
                continue
            if _validator(country, name)(text):
                return True
    return False


@cache
def _validator(country: str, name: str) -> Callable[[str], bool]:
    package = "in_" if country == "IN" else country.lower()
    made: Callable[[str], bool] = import_module(f"stdnum.{package}.{name}").is_valid
    return made


def _ips_in(found: _Candidate) -> Sequence[Span]:
    if _VERSION.search(found.before):
        return ()
    try:
        address = ipaddress.ip_address(found.text)
    except ValueError:
        return ()
    names_nobody = address.is_loopback or address.is_unspecified or address.is_multicast or address.is_reserved
    return () if names_nobody else [(0, len(found.text))]


def _phones_in(countries: Sequence[str], found: _Candidate) -> Sequence[Span]:
    """Return the places of phone numbers; none where it is more likely a date, or a number of something else."""
    text = found.text
    if not text.startswith("+") and (_DATE.fullmatch(text) or _NUMBERED.search(found.before)):
        return ()
    is_called = _CALLED.search(found.before) is not None
    return _longest(
        found,
        lambda start, end: _is_phone(text[start:end], countries, is_called=is_called and start == 0),
        digits=range(6, 17),
        inside=False,
    )


def _is_phone(text: str, countries: Sequence[str], *, is_called: bool) -> bool:
    """Tell whether a text is a phone number.

    With + it is one wherever it may be called. Without, it has to be written as people write a number to call: with its
    prefix and in groups, or after a word such as “phone”; and where it lacks the country's code, that has to be named.
    """
    import phonenumbers

    if text.startswith("+"):
        return _can_be_called(text, None)
    is_grouped = not text.isdigit()
    if not (is_called or is_grouped):
        return False
    if text.startswith("00") and _can_be_called(f"+{text[2:].lstrip(' ()-')}", None):
        return True
    for country in countries:
        prefix = phonenumbers.ndd_prefix_for_region(country, True)
        # In North America a prefix is seldom written, and some countries have none.
        is_prefixed = prefix in (None, "", "1") or _bare(text).startswith(prefix)
        if (is_called or is_prefixed) and _can_be_called(text, country):
            return True
    return False


def _can_be_called(text: str, country: str | None) -> bool:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return False
    if country is not None:
        return phonenumbers.is_valid_number_for_region(number, country)
    return phonenumbers.is_valid_number(number)
