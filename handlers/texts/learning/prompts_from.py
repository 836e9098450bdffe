"""A line about where prompts come from, for every place where an operator looks."""

from workflows.engine.read.declared.prompt_views import PromptsFrom
from workflows.engine.text.sanitize import one_line

_NAMED = 3
"""Number of workflows that the line names."""
_NAME = 60
"""Characters of a name."""
_UNTIL = "from files until something is deployed"


def prompts(view: PromptsFrom) -> str:
    """Say where prompts come from. Workflows are named where not all are alike."""
    if view.always_files:
        return "Prompts: from files, not deployed (COUNTERSIGN_PROMPTS=files)"
    if not view.files:
        return "Prompts: deployed"
    if not view.deployed:
        return f"Prompts: {_UNTIL}"
    named = ", ".join(one_line(name, _NAME) for name in view.files[:_NAMED])
    more = f" and {len(view.files) - _NAMED:,} more" if len(view.files) > _NAMED else ""
    return f"Prompts: deployed; {_UNTIL}: {named}{more}"
