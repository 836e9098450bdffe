"""Output at the terminal. Text of a case is untrusted, so it is shown with its control characters made visible."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import typer
from pydantic import JsonValue
from pydantic_core import to_jsonable_python
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import settings_file
from bot.cli.advised import advised
from handlers.texts.review.reasons import in_words
from workflows.engine.read.views import OpenReview, ReviewView
from workflows.engine.reasons import to_json
from workflows.engine.text.sanitize import one_line, sanitize
from workflows.redaction import redacted

PIPED_WIDTH = 200
"""Width in columns of a table where standard output is no terminal."""

out = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
progress = Console(stderr=True)
"""Console of the progress bars, on standard error, so that standard output can be piped."""


def shown(text: object) -> Text:
    """Return text without markup, its control and direction characters made visible."""
    return Text(sanitize(text))


def print_table(columns: Sequence[str], lines: Sequence[Sequence[object]]) -> None:
    """Print a table, each row on one line; the last column is cut where the terminal is narrow."""
    cells = [columns, *([one_line(value, 300) for value in line] for line in lines)]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)][:-1]
    for place, row in enumerate(cells):
        line = Text("  ".join([*map(set_cell_size, row, widths), row[-1]]), style="" if place else "bold")
        line.truncate(out.width, overflow="ellipsis")
        out.print(line)


def print_named(name: str, value: object) -> None:
    """Print a value beside its name, its further lines below its first."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=22, no_wrap=True, overflow="ellipsis", style="dim")
    grid.add_column(overflow="fold")
    grid.add_row(shown(name), shown(value))
    out.print(grid)


def moment(time: datetime) -> str:
    """Return a time for people, in UTC."""
    return f"{time:%Y-%m-%d %H:%M} UTC"


def plain_review(review: OpenReview | ReviewView) -> dict[str, JsonValue]:
    """Return a review as JSON: `why` in words, and `reasons` as codes with their values."""
    found: dict[str, JsonValue] = to_jsonable_python(review)
    return found | {"why": [in_words(reason) for reason in review.why], "reasons": json.loads(to_json(review.why))}


def print_json(value: object) -> None:
    """Print a value as JSON, alone on standard output."""
    print(json.dumps(to_jsonable_python(value), indent=2), file=sys.stdout)  # noqa: T201  # the command's own output


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Print errors that a person can do something about in one line, and end with code 1."""
    from sqlalchemy.exc import DBAPIError

    from bot.settings import SettingsUnusable
    from store.db.database import Unavailable, UnsupportedDatabase
    from store.db.process_locks import Taken
    from store.db.schema_lock import OtherSchema
    from workflows.engine.errors import CountersignError
    from workflows.model.port import ModelError

    if settings_file.is_passed_over():
        typer.echo("note: .env in this folder is not read; --env-file .env reads it", err=True)
    try:
        yield
    except (CountersignError, ModelError, UnsupportedDatabase, Unavailable, OtherSchema, Taken) as error:
        tell_error(str(error))
    except SettingsUnusable as error:
        tell_error(f"the settings cannot be used: {error}")
    except DBAPIError as error:
        tell_error(f"the database: {error.orig}")
    except BrokenPipeError:
        # The reader of the pipe is gone: Python's buffered output goes to /dev/null.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        tell_error(f"{error.filename or 'the system'}: {error.strerror or error}")
    except KeyboardInterrupt:
        typer.echo("stopped; cases taken in are kept, and the same command continues with them", err=True)
        raise typer.Exit(130) from None
    else:
        return
    raise typer.Exit(1)


def tell_error(message: str) -> None:
    """Print an error on one line of standard error."""
    typer.echo(f"error: {one_line(advised(redacted(message)), 2_000)}", err=True)
