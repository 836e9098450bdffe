"""Answers of tools: a sentence with the next step, and the one JSON form of a case as data."""

import json

from mcp_types import CallToolResult, TextContent

from handlers.texts.agents import next_step
from workflows.engine.sources.told.outcomes import outcome_json
from workflows.engine.sources.views import CaseOutcome


def told(outcome: CaseOutcome) -> CallToolResult:
    """Return how a case stands, for a model that reads text and for a program that reads values."""
    data = outcome_json(outcome)
    texts = [next_step(outcome), json.dumps(data, ensure_ascii=False)]
    return CallToolResult(content=[TextContent(type="text", text=text) for text in texts], structured_content=data)
