"""A request as Chat Completions has it, and the parts of its reply.

An answer is asked for as a JSON schema that the server holds it to (`response_format`), or as the arguments of a tool
that the model has to call. With `COUNTERSIGN_MODEL_STATES_FORM` the form is in the prompt, and neither is sent.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import JsonValue
from pydantic.json_schema import JsonSchemaValue

from workflows.documents.document import FileKind
from workflows.model.asking.attachments import File
from workflows.model.asking.requests import Request
from workflows.model.port import Usage
from workflows.model.vendors.openai_compatible.settings import Form
from workflows.model.vendors.verdicts import token_count

NAME = "answer"
"""Name of the schema, and of the tool."""
_LEFT_OUT = frozenset(
    {
        *("format", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "title", "examples"),
    }
)
"""Parts of a schema that a strict one may not have, or that some servers cannot compile. Code checks the answer."""
_KEPT_AS_WORDS = ("format", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
"""Those of them that a model is told in the description."""


def body_of(request: Request, *, form: Form, temperature: float | None) -> dict[str, JsonValue]:
    """Return the body of a request."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [{"role": "system", "content": request.system}, {"role": "user", "content": _turn(request)}],
        "max_tokens": request.max_tokens,
        "stream": False,
    }
    if not request.form_is_stated:
        schema = strict(request.form)
        if form == "json_schema":
            held = {"name": NAME, "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": held}
        else:
            tool = {"name": NAME, "description": "Give the answer.", "parameters": schema, "strict": True}
            body["tools"] = [{"type": "function", "function": tool}]
            body["tool_choice"] = {"type": "function", "function": {"name": NAME}}
    if request.effort is not None:
        body["reasoning_effort"] = request.effort
    if temperature is not None:
        body["temperature"] = temperature
    return body


def strict(schema: JsonSchemaValue) -> JsonSchemaValue:
    """Return a closed schema as a strict one: no further fields, and limits told in words."""
    kept: JsonSchemaValue = {}
    for name, value in schema.items():
        if name == "properties":
            kept[name] = {field: strict(node) for field, node in value.items()}
        elif name == "items":
            kept[name] = strict(value)
        elif name == "anyOf":
            kept[name] = [strict(node) for node in value]
        elif name not in _LEFT_OUT:
            kept[name] = value
    told = ", ".join(f"{name} {schema[name]}" for name in _KEPT_AS_WORDS if name in schema)
    if told:
        kept["description"] = f"{kept['description']} ({told})" if kept.get("description") else told
    if "properties" in kept:
        kept["additionalProperties"] = False
    return kept


def text_of(choice: Mapping[str, Any]) -> str:
    """Return the model's answer: what it wrote, or the arguments of the tool that it called; empty for none."""
    message = choice.get("message")
    if not isinstance(message, dict):
        return ""
    for call in _dicts(message.get("tool_calls")):
        called = call.get("function")
        if isinstance(called, dict) and called.get("name") == NAME and isinstance(called.get("arguments"), str):
            return str(called["arguments"])
    content = message.get("content")
    if isinstance(content, str):
        return content
    texts = (part.get("text") for part in _dicts(content) if part.get("type") == "text")
    return "".join(text for text in texts if isinstance(text, str))


def usage_of(reply: Mapping[str, Any]) -> Usage | None:
    """Return the tokens of a reply; None where it does not state them."""
    told = reply.get("usage")
    if not isinstance(told, dict):
        return None
    read, written = token_count(told.get("prompt_tokens")), token_count(told.get("completion_tokens"))
    if read is None or written is None or -1 in (read, written):
        return None
    cached = _detail(told, "prompt_tokens_details", "cached_tokens", most=read)
    thought = _detail(told, "completion_tokens_details", "reasoning_tokens", most=written)
    return Usage(input_tokens=read - cached, cache_read_tokens=cached, output_tokens=written, thinking_tokens=thought)


def _detail(told: Mapping[str, Any], name: str, part: str, *, most: int) -> int:
    details = told.get(name)
    count = token_count(details.get(part)) if isinstance(details, dict) else None
    return count if count is not None and 0 <= count <= most else 0


def _dicts(found: object) -> Iterator[dict[str, Any]]:
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            yield one


def _turn(request: Request) -> str | list[dict[str, Any]]:
    """Return the user's turn: the pictures of the case, and then its data."""
    if not request.files:
        return request.user
    blocks = [block for file in request.files for block in _picture(file)]
    return [*blocks, {"type": "text", "text": request.user}]


def _picture(file: File) -> Iterator[dict[str, Any]]:
    """Yield the blocks of a picture. It is named by its number: its own name is untrusted, and stands in the data."""
    called = f"document {file.document}"
    yield {"type": "text", "text": f"{called}, page {file.page}:" if file.page is not None else f"{called}:"}
    media = "image/png" if file.kind is FileKind.PNG else "image/jpeg"
    yield {"type": "image_url", "image_url": {"url": f"data:{media};base64,{file.data}"}}
