"""Receipts at the terminal, and in files."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from bot.cli.advised import advised
from bot.cli.screens.output import out, shown
from workflows.engine.errors import Refused
from workflows.new_files import for_owner_alone


def write_receipt(document: Mapping[str, JsonValue], to: Path) -> None:
    """Write a receipt into a new file that its owner alone may read. Raise `Refused` where that is not possible."""
    try:
        with open(to, "x", encoding="utf-8", opener=for_owner_alone) as file:
            json.dump(document, file, indent=2, ensure_ascii=False)
            file.write("\n")
    except FileExistsError:
        raise Refused(f"{to} is there already; name a new file") from None
    except OSError as error:
        raise Refused(f"{to} was not written: {error.strerror}") from error
    out.print(shown(advised(f"{to} is written; countersign verify {to} checks it")))
