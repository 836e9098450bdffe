"""Licences of all that an SBOM names, as a table, held against those that may be given along.

python -m release.licences SBOM TABLE

Ends with 1 where a component has a licence that is not allowed, or none that is known.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boolean.boolean import ParseError
from license_expression import AND, OR, LicenseExpression, Licensing

ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "CNRI-Python",
        "ISC",
        # Used as libraries of their own, unchanged and replaceable, which is what these ask.
        "LGPL-2.1-only",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "LGPL-3.0-or-later",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "Python-2.0",
        "Unlicense",
        "Zlib",
    }
)
"""Licences, by their SPDX ids, with which a component may be given along."""
_CLASSIFIER = "License :: OSI Approved :: "
ALLOWED_NAMES = frozenset(
    {
        "Apache Software License",
        "BSD License",
        "GNU Lesser General Public License v2 or later (LGPLv2+)",
        "GNU Lesser General Public License",
        "ISC License (ISCL)",
        "MIT License",
        "Mozilla Public License 2.0 (MPL 2.0)",
        "Python Software Foundation License",
    }
)
"""The same where a component names its licence by a classifier alone."""
IN_WORDS: Mapping[str, str] = {
    "protobuf": "BSD-3-Clause",  # "3-Clause BSD License"
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",  # "BSD-3-Clause, Apache-2.0, dependency licenses"
}
"""Licences of components whose metadata says them in words of their own, which are quoted."""
OUR_NAME = "countersign-bot"


@dataclass(frozen=True, kw_only=True)
class Component:
    """A component of an SBOM."""

    name: str
    version: str
    licence: str
    """As it is said; empty where it is not."""
    is_allowed: bool


def components(sbom: Mapping[str, Any]) -> Sequence[Component]:
    """Return the components of an SBOM in CycloneDX's JSON, by name; ours is not one of them."""
    found = [_component(one) for one in sbom["components"] if one["name"] != OUR_NAME]
    return sorted(found, key=lambda one: one.name.lower())


def table(found: Iterable[Component]) -> str:
    """Return the components with their licences as a page in Markdown."""
    rows = [f"| {one.name} | {one.version} | {one.licence or 'not said'} |" for one in found]
    head = ["# Licences of what is installed", "", "| component | version | licence |", "|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def _component(one: Mapping[str, Any]) -> Component:
    said, names = [], []
    for choice in one.get("licenses", []):
        licence = choice.get("license", {})
        if (known := choice.get("expression") or licence.get("id")) is not None:
            said.append(known)
        else:
            names.append(licence["name"].removeprefix(_CLASSIFIER))
    if not said and not names and one["name"] in IN_WORDS:
        said = [IN_WORDS[one["name"]]]
    # A classifier beside an id says the same less exactly.
    allowed = all(map(_is_allowed, said)) if said else bool(names) and ALLOWED_NAMES.issuperset(names)
    return Component(name=one["name"], version=one["version"], licence=" AND ".join(said or names), is_allowed=allowed)


def _is_allowed(expression: str) -> bool:
    try:
        parsed = Licensing().parse(expression)
    except ParseError:
        return False
    return parsed is not None and _holds(parsed)


def _holds(expression: LicenseExpression) -> bool:
    """Tell whether an expression is allowed: of alternatives one has to be, of what holds together all."""
    if isinstance(expression, OR):
        return any(map(_holds, expression.args))
    if isinstance(expression, AND):
        return all(map(_holds, expression.args))
    return str(expression) in ALLOWED


def main(sbom: Path, page: Path) -> int:
    """Write the table; return 0 where all licences are allowed."""
    found = components(json.loads(sbom.read_text("utf-8")))
    page.write_text(table(found), "utf-8")
    refused = [one for one in found if not one.is_allowed]
    sys.stdout.write(f"{page}: {len(found)} components\n")
    for one in refused:
        sys.stderr.write(f"{one.name} {one.version}: {one.licence or 'its licence is not said'}: not allowed\n")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
