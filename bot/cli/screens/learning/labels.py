"""Labels and examples at the terminal."""

from collections.abc import Sequence

from bot.cli.screens.output import out, print_table, shown
from handlers.texts.learning.examples import changed
from workflows.engine.text.canonical_json import canonical
from workflows.excerpts import shortened
from workflows.quality.examples.views import Group
from workflows.quality.labels.views import LabelsView

_INPUT = 160
"""Characters of an input that are shown."""
_VALUE = 60
"""Characters of a value that are shown beside another."""


def print_labels(view: LabelsView, *, days: int) -> None:
    """Print how often decisions said what."""
    if not view.kinds:
        out.print(f"no label of {view.workflow} in {days} days")
        return
    print_table(
        ("kind", "labels", "of these errors"),
        [
            (one.kind.replace("_", " "), f"{one.number:,}", f"{one.errors:,}" if one.judged else "-")
            for one in view.kinds
        ],
    )
    out.print()
    out.print(f"{view.errors:,} of {view.judged:,} judged proposals were wrong")
    if view.fields:
        print_table(("field", "wrong"), [(name, f"{number:,}") for name, number in view.fields.items()])
    if view.versions:
        out.print()
        print_table(
            ("model", "prompt", "judged", "wrong"),
            [
                (one.model or "-", (one.prompt_version or "-")[:12], f"{one.judged:,}", f"{one.errors:,}")
                for one in view.versions
            ],
        )


def print_groups(groups: Sequence[Group], *, left: int) -> None:
    """Print examples, near duplicates together, with what was proposed before what is right."""
    for group in groups:
        if len(group.candidates) > 1:
            out.print(f"{len(group.candidates):,} near duplicates:")
        for one in group.candidates:
            critical = ", critical" if one.critical else ""
            said = f"{one.id}  {one.key}  {one.why.replace('_', ' ')}, {one.half} half{critical}"
            out.print(shown(said))
            out.print(shown(f"    {shortened(canonical(one.input), _INPUT)}"))
            for name, proposed, right in changed(one, most=_VALUE):
                out.print(shown(f"    {name}: {proposed} -> {right}"))
            is_right = ", as it was proposed" if one.otherwise == {} else ""
            out.print(shown(f"    right{is_right}: {shortened(canonical(one.output), _INPUT)}"))
    if left > 0:
        out.print(f"... and {left:,} more groups; --limit NUMBER shows more")
