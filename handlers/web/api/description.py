"""The description of the API (OpenAPI 3.1), made from its forms. Without a key it names no workflow."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel, PydanticInvalidForJsonSchema
from pydantic.errors import PydanticUserError
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from handlers.web.api.forms import MOST_ID, forms
from handlers.web.api.problems import CONTENT_TYPE
from handlers.web.api.uploads import FIELD
from handlers.web.api.waiting import LONGEST
from workflows.documents.document import REFERENCE, holds_documents
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.handed import Handed
from workflows.engine.sources.programs.handing_in import LONGEST_KEY

Json = dict[str, Any]  # Any: a part of the description, or a JSON Schema
_REF = "#/components/schemas/{model}"
_ANYTHING: Json = {"type": "object"}


def description(workflows: Sequence[AnyWorkflow], *, proposes: bool = True) -> Json:
    """Return the description. `workflows`: those that the caller may hand in for; none: it is told in general.

    `proposes`: True if the caller may hand in proposals.
    """
    described: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Handed, "validation")]
    described += [(form, "validation") for form in forms()]
    _, schemas = models_json_schema(described, ref_template=_REF, by_alias=False)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Countersign",
            "version": version("countersign-bot"),
            "description": "Hand in cases, ask how they stand, and answer questions about them.",
        },
        "paths": _paths(workflows, proposes=proposes),
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A key of a source."}},
        },
        "security": [{"key": []}],
    }


def input_schema(workflow: AnyWorkflow) -> Json:
    """Return the JSON Schema of a workflow's input, as a source sends it."""
    return _schema(workflow.input, by_alias=True)


def output_schema(workflow: AnyWorkflow) -> Json:
    """Return the JSON Schema of a workflow's output, as a source is told it."""
    return _schema(workflow.output, by_alias=False)


def takes_proposals(workflow: AnyWorkflow, *, proposes: bool) -> bool:
    """Tell whether a workflow takes proposals from a source. `proposes`: True if that may hand in any."""
    return proposes and workflow.handed_proposals != "refuse"


def takes_documents(workflows: Sequence[AnyWorkflow]) -> bool:
    """Tell whether any of these workflows takes documents."""
    inputs: list[type[BaseModel]] = [workflow.input for workflow in workflows]
    return any(holds_documents(form) for form in inputs)


def _schema(form: type[BaseModel], *, by_alias: bool) -> Json:
    try:
        return _with_references(form.model_json_schema(by_alias=by_alias))
    except (PydanticInvalidForJsonSchema, PydanticUserError):
        # A type of the author's own, which says nothing of its JSON.
        return _ANYTHING


def _with_references(schema: Json) -> Json:
    """Return a schema in which each document is the text that it is to a source, without a name for that."""
    defined = schema.get("$defs", {})
    documents = {f"#/$defs/{name}": one for name, one in defined.items() if one.get("format") == REFERENCE}
    if not documents:
        return schema

    def inlined(part: Any) -> Any:  # Any: a part of a schema
        if isinstance(part, list):
            return [inlined(one) for one in part]
        if not isinstance(part, dict):
            return part
        if part.get("$ref") in documents:
            return documents[part["$ref"]] | {name: one for name, one in part.items() if name != "$ref"}
        return {name: inlined(one) for name, one in part.items()}

    left = {name: inlined(one) for name, one in defined.items() if f"#/$defs/{name}" not in documents}
    told: Json = {name: inlined(one) for name, one in schema.items() if name != "$defs"}
    return told | ({"$defs": left} if left else {})


def _paths(workflows: Sequence[AnyWorkflow], *, proposes: bool) -> Json:
    cases: Json = {}
    for workflow in workflows:
        form = _hand_in(workflow, proposes=proposes)
        cases[f"/v1/workflows/{workflow.name}/cases"] = _handing_in(form, of=workflow)
        cases[f"/v1/workflows/{workflow.name}/cases/batch"] = _handing_in_many(of=workflow)
    if not workflows:
        cases = {
            "/v1/workflows/{name}/cases": _handing_in(_ref("HandIn"), of=None),
            "/v1/workflows/{name}/cases/batch": _handing_in_many(of=None),
        }
    case = _path("id", {"type": "integer", "minimum": 1, "maximum": MOST_ID})
    wait = {
        "name": "wait",
        "in": "query",
        "description": "Seconds to wait until the case has an end or a question.",
        "schema": {"type": "integer", "minimum": 0, "maximum": LONGEST, "default": 0},
    }
    if not workflows or takes_documents(workflows):
        cases["/v1/documents"] = _UPLOAD
    return {
        **cases,
        "/v1/cases/{id}": {
            "get": {
                "operationId": "case",
                "summary": "Ask how a case stands",
                "parameters": [case, wait],
                "responses": _answers({"200": _told("CaseDocument")}, 400, 401, 404, 429, 503),
            }
        },
        "/v1/cases/{id}/reply": {
            "post": {
                "operationId": "reply",
                "summary": "Answer a question about a case",
                "parameters": [case, _IDEMPOTENCY_KEY],
                "requestBody": _body(_ref("Reply")),
                "responses": _answers({"202": _told("Replied")}, 400, 401, 404, 408, 409, 413, 415, 422, 429, 503),
            }
        },
        "/v1/workflows": {
            "get": {
                "operationId": "workflows",
                "summary": "List the workflows that this key may hand in for",
                "responses": _answers({"200": _told("Workflows")}, 400, 401, 429, 503),
            }
        },
        "/v1/openapi.json": {
            "get": {
                "operationId": "description",
                "summary": "Describe this API; with a key, with the workflows that it may hand in for",
                "security": [{}, {"key": []}],
                "responses": _answers({"200": _answer("The description.", _ANYTHING)}, 400, 401, 429, 503),
            }
        },
    }


def _handing_in(form: Json, *, of: AnyWorkflow | None) -> Json:
    taken = _told("Taken")
    taken["headers"] = {"Location": {"description": "Path of the case.", "schema": {"type": "string"}}}
    return {
        "post": {
            "operationId": _operation("hand_in", of),
            "summary": "Hand in a case",
            "parameters": [*_named(of), _ON_CONFLICT, _IDEMPOTENCY_KEY],
            "requestBody": _body(form),
            "responses": _answers({"202": taken}, 400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503),
        }
    }


def _handing_in_many(*, of: AnyWorkflow | None) -> Json:
    # An input that does not fit has a result of its own, and the request is answered all the same.
    return {
        "post": {
            "operationId": _operation("hand_in_many", of),
            "summary": "Hand in up to 500 cases",
            "parameters": [*_named(of), _ON_CONFLICT, _IDEMPOTENCY_KEY],
            "requestBody": _body(_ref("HandInMany")),
            "responses": _answers({"200": _told("TakenMany")}, 400, 401, 404, 408, 413, 415, 422, 429, 503),
        }
    }


def _hand_in(workflow: AnyWorkflow, *, proposes: bool) -> Json:
    """Return the schema of a case of one workflow. Those of input and output have names of their own inside."""
    properties: Json = {"input": {**input_schema(workflow), "$id": f"urn:countersign:input:{workflow.name}"}}
    if takes_proposals(workflow, proposes=proposes):
        output: Json = {**output_schema(workflow), "$id": f"urn:countersign:output:{workflow.name}"}
        proposal: Json = {"allOf": [_ref("Handed"), {"properties": {"output": output}}]}
        properties["proposal"] = {"anyOf": [proposal, {"type": "null"}]}
    return {"type": "object", "required": ["input"], "additionalProperties": False, "properties": properties}


def _operation(name: str, of: AnyWorkflow | None) -> str:
    return name if of is None else f"{name}_{of.name.replace('-', '_')}"


def _named(of: AnyWorkflow | None) -> list[Json]:
    return [] if of is not None else [_path("name", {"type": "string", "pattern": "^[a-z0-9-]{1,100}$"})]


def _path(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _ref(name: str) -> Json:
    return {"$ref": _REF.format(model=name)}


def _body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _told(form: str) -> Json:
    return _answer(form, _ref(form))


def _answer(says: str, schema: Json) -> Json:
    return {"description": says, "content": {"application/json": {"schema": schema}}}


def _answers(done: Json, *problems: int) -> Json:
    """Return the answers of an operation. `problems`: statuses of those that refuse."""
    refused = {
        str(status): {
            "description": "A problem: what was wrong, and what to do.",
            "content": {CONTENT_TYPE: {"schema": _ref("ProblemDocument")}},
        }
        for status in problems
    }
    return {**done, **refused}


_UPLOAD: Json = {
    "post": {
        "operationId": "upload",
        "summary": "Hand in a file, to name it in a case by the `document` that is answered",
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": [FIELD],
                        "properties": {
                            FIELD: {
                                "type": "string",
                                "format": "binary",
                                "description": "A PDF, PNG, JPEG, TIFF or mail, by its content. Its file name is kept.",
                            }
                        },
                    },
                    "encoding": {FIELD: {"contentType": "application/octet-stream"}},
                }
            },
        },
        "responses": _answers(
            {
                "201": {**_told("Uploaded"), "description": "It is read and kept."},
                "200": {**_told("Uploaded"), "description": "This source handed it in before."},
            },
            400,
            401,
            403,
            408,
            413,
            415,
            422,
            429,
            503,
        ),
    }
}
_ON_CONFLICT: Json = {
    "name": "on_conflict",
    "in": "query",
    "description": "What becomes of other content under a known case key: a new revision, or nothing.",
    "schema": {"type": "string", "enum": ["revise", "refuse"], "default": "revise"},
}
_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Sent again with the same key within a day, a request gets the answer that it got.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[\\x21-\\x7e]+$"},
}
