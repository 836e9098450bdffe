"""Removal of secrets and of a case's own words from texts that are kept, logged or shown, errors above all.

A secret is recognised by its place (the password of a URL, the value of a query, the text after `api_key=` or
`Authorization:`), by its form (a JWT, a private key, a long run of random characters), and by the prefixes that vendors
give their keys. A list of prefixes alone would miss the newest vendor.
"""

import re
from collections.abc import Iterable

SECRET, CASE_TEXT = "[secret]", "[case text]"
MOST = 16_384
"""Characters of a text that are searched; the rest is cut off."""
_RUN = 12
"""Characters in a row that a text must share with a case before they are taken for the case's."""
_LEAST = 8
"""Characters of the shortest text of a case that is masked. Shorter texts are ordinary words."""
_PASSWORD = r"passw(?:or)?d|passwd|passphrase|pwd"  # noqa: S105  # names for a password, and no password
_NAMES = (
    r"(?:api|access|private|secret|account|shared|signing|encryption|master)[ _-]?key(?:[ _-]?id)?"
    r"|(?:client[ _-]?)?secret|token|credentials?|cookie|session(?:[ _-]?id)?|signature|sig|sas|bearer|pat|otp|pin"
)
_A_WORD = r"[a-z_]{2,40}(?![\w=+/.-]*[\w=+/-])"
"""A short word after a colon that is no secret but the state of a token or a session, such as “invalid_auth”."""
_VALUE = r"(?:\"[^\"]{1,2000}\"|'[^']{1,2000}'|[^\s,;&(){}\[\]\"']{1,2000})"


def _named(names: str, *, unless: str = "") -> re.Pattern[str]:
    """Return a pattern for the value after one of these names and a sign. `unless`: what may follow without being a
    value.
    """
    return re.compile(rf"((?:\b|_|-)(?:{names})[\"']?\s{{0,3}}(?:=|:(?!//){unless})\s{{0,3}}){_VALUE}", re.IGNORECASE)


_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END|\Z)", re.DOTALL), SECRET),
    # pydantic shows what it was given.
    (re.compile(r"input_value=.*?(?=, input_type=|\]\Z|\Z)", re.DOTALL), "input_value=[hidden]"),
    # The user and the password of a URL, and all values of its query.
    (re.compile(r"(?<=://)[^\s/?#\"'<>]{1,500}@"), f"{SECRET}@"),
    (re.compile(r"(?<=[?&])([\w.\[\]~%-]{1,80}=)[^\s&#\"'<>]{1,2000}"), rf"\1{SECRET}"),
    (
        re.compile(
            r"(\b(?:proxy-)?authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?)(?:\w{1,40}\s{1,3})?[^\s,;\"']{1,2000}", re.I
        ),
        rf"\1{SECRET}",
    ),
    # As at a command line: `--password VALUE`, `-u name:VALUE`.
    (re.compile(rf"((?:^|\s)--?(?:{_PASSWORD}|pass|{_NAMES})[ =]{{1,3}}){_VALUE}", re.IGNORECASE), rf"\1{SECRET}"),
    (re.compile(r"((?:^|\s)(?:-u|--user)[ =]{1,3}[^\s:]{1,200}:)\S{1,500}"), rf"\1{SECRET}"),
    (_named(_PASSWORD), rf"\1{SECRET}"),
    (_named(_NAMES, unless=f"(?! {_A_WORD})"), rf"\1{SECRET}"),
    (re.compile(r"(\bBearer\s{1,3})[\w.~+/=-]{8,4000}", re.IGNORECASE), rf"\1{SECRET}"),
    (re.compile(r"\beyJ[\w-]{5,2000}\.[\w-]{2,4000}(?:\.[\w-]{0,2000})?"), SECRET),
    # Of a source's key people are told the first twelve characters.
    (re.compile(r"\bcsk_[\w-]{12,500}"), SECRET),
    (
        re.compile(
            r"\b(?:(?:xox[a-z]|xapp|sk|glpat|pypi)-|(?:sk|pk|rk|whsec|shp(?:at|ca|pa|ss)|dop_v1|npm|hf|gh[opsur]|github_pat)_)"
            r"[\w-]{6,500}",
            re.IGNORECASE,
        ),
        SECRET,
    ),
    (
        re.compile(
            r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b|\bAIza[\w-]{20,}|\bya29\.[\w-]{10,}|\bSG\.[\w-]{8,}\.[\w-]{8,}"
        ),
        SECRET,
    ),
)
_PART = 8
"""Characters of the shortest part of a path that is taken for a part of a key."""
_SECRET_NAME = re.compile(rf"(?:.{{0,40}}[ _-])?(?:{_PASSWORD}|{_NAMES}|authorization)", re.IGNORECASE)
_SCHEME = re.compile(r"\b(Basic|Digest|Token|Negotiate|ApiKey)(\s{1,3})([\w.~+/=-]{8,4000})", re.IGNORECASE)
_LONG = re.compile(r"(?<![\w/+=.-])[\w+/=-]{24,4000}")


def redacted(text: str) -> str:
    """Return a text with its secrets masked, and cut to `MOST` characters."""
    return without_secrets(text[:MOST])


def is_secret_name(name: str) -> bool:
    """Tell whether what is kept under this name is a secret."""
    return _SECRET_NAME.fullmatch(name) is not None


def without_secrets(text: str) -> str:
    """Return a text with its secrets masked, however long it is."""
    for pattern, mask in _RULES:
        text = pattern.sub(mask, text)
    text = _SCHEME.sub(lambda found: f"{found[1]}{found[2]}{SECRET}" if _is_random(found[3], 8) else found[0], text)
    return _LONG.sub(lambda found: SECRET if _is_random(found[0], 24) else found[0], text)


def without(text: str, told: Iterable[str], *, mask: str = CASE_TEXT, run: int = _RUN, least: int = _LEAST) -> str:
    """Return a text in which each run of characters is masked that it shares with the texts in `told`.

    `run`: the fewest characters that count; upper and lower case are the same. A told text shorter than that counts
    where it stands whole, if it has at least `least` characters.
    """
    folded = text.lower()
    if len(folded) != len(text):  # the small form of some letters is longer: positions would no longer agree
        folded = text
    hidden = bytearray(len(text))
    for one in told:
        words = one.lower()
        size = min(run, len(words))
        if size < least:
            continue
        pieces = {words[at : at + size] for at in range(len(words) - size + 1)}
        for at in range(len(folded) - size + 1):
            if folded[at : at + size] in pieces:
                hidden[at : at + size] = b"\1" * size
    parts, at = [], 0
    while at < len(text):
        end = hidden.find(1 - hidden[at], at)
        end = len(text) if end < 0 else end
        parts.append(mask if hidden[at] else text[at:end])
        at = end
    return "".join(parts)


def _is_random(text: str, least: int) -> bool:
    """Tell whether a run of characters looks like a key and not like a word, a name or a number."""
    if len(text) < least:
        return False
    if re.fullmatch(r"(?:[0-9a-f]{32,}|[0-9A-F]{32,})", text):
        return not text.isdigit()
    has_digit, has_both = _has_digit(text), _has_both(text)
    if least < 24:
        return has_digit or (has_both and not text.istitle()) or text.endswith("=")
    return has_digit and has_both and len(set(text)) >= 12 and not _is_path(text)


def _is_path(text: str) -> bool:
    """Tell whether a run of characters is the path of a file, such as `/etc/countersign/workspaces/T0123456789`.

    A key in base64 may begin with a stroke, too, but has capitals in the middle of a part.
    """
    parts = text.split("/")
    return not parts[0] and not any(len(part) >= _PART and _has_both(part[1:]) for part in parts)


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _has_both(text: str) -> bool:
    return any(char.islower() for char in text) and any(char.isupper() for char in text)
