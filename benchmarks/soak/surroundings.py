"""The world around the program, as a process of its own: a model's server, systems of record, a source of webhooks.

    python -m benchmarks.soak.surroundings PORT

Each of them can be taken out of service for a while. All effects are remembered, and counted in the end.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from benchmarks.soak.truth import QUEUES, Truth, reference_in, reply_of, text_of, truth

_PRIORITIES = ("low", "normal", "high")
_BUSY_EACH = 97
"""Of so many questions one is answered that the model is overloaded, and has to be asked again."""


@dataclass(kw_only=True)
class Surroundings:
    """Everything that is remembered, and the times until which something is out of service."""

    effects: list[tuple[str, object]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    questions: dict[str, str] = field(default_factory=dict)
    """Key -> question to a source."""
    notes: list[int] = field(default_factory=list)
    heard: Counter[str] = field(default_factory=Counter)
    """Webhooks by type."""
    hooks: set[str] = field(default_factory=set)
    asked: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Requests that were refused, by what was out of service."""
    until: dict[str, float] = field(default_factory=dict)

    def is_out(self, name: str) -> bool:
        """Tell whether something is out of service now, and count the request that it refuses."""
        out = self.until.get(name, 0.0) > time.monotonic()
        self.refused[name] += out
        return out

    def out(self) -> list[str]:
        """Return the names of what is out of service now."""
        return [name for name, until in self.until.items() if until > time.monotonic()]


def create_app(around: Surroundings) -> Starlette:
    """Return the routes."""

    async def order(request: Request) -> Response:
        said = await request.json()
        for name, seconds in said.get("out", {}).items():
            around.until[name] = time.monotonic() + seconds
        around.notes += said.get("notes", ())
        return JSONResponse({"out": around.out()})

    async def customer(request: Request) -> Response:
        if around.is_out("customers"):
            return JSONResponse({"error": "maintenance"}, status_code=409)
        return JSONResponse({"name": f"Customer {request.path_params['name']}"})

    async def feed(request: Request) -> Response:
        after = int(request.query_params["after"])
        found = around.notes[after : after + 50]
        notes = [{"id": number, "text": text_of(f"N{number}")} for number in found]
        return JSONResponse({"notes": notes, "cursor": after + len(found)})

    async def hook(request: Request) -> Response:
        if around.is_out("hook"):
            return Response(status_code=503)
        name = request.headers["webhook-id"]
        around.heard["again" if name in around.hooks else str((await request.json())["type"])] += 1
        around.hooks.add(name)
        return Response(status_code=200)

    async def evidence(request: Request) -> Response:
        return JSONResponse(
            {
                "effects": around.effects,
                "questions": around.questions,
                "heard": around.heard,
                "asked": around.asked,
                "refused": around.refused,
            }
        )

    async def answer(request: Request) -> Response:
        around.asked += 1
        if around.is_out("model") or around.asked % _BUSY_EACH == 0:
            error = {"type": "overloaded_error", "message": "Overloaded"}
            return JSONResponse({"type": "error", "error": error}, status_code=529)
        said = await request.json()
        return JSONResponse(_message(str(said["model"]), _answer(json.dumps(said["messages"]))))

    return Starlette(
        routes=[
            Route("/order", order, methods=["POST"]),
            Route("/customers/{name}", customer),
            Route("/desk", _effect(around, "desk", is_once=True), methods=["POST"]),
            Route("/payments", _effect(around, "payments", is_once=False), methods=["POST"]),
            Route("/questions", _question(around), methods=["POST"]),
            Route("/feed", feed),
            Route("/hook", hook, methods=["POST"]),
            Route("/evidence", evidence),
            Route("/v1/messages", answer, methods=["POST"]),
        ]
    )


def _effect(around: Surroundings, name: str, *, is_once: bool) -> Callable[..., object]:
    async def apply(request: Request) -> Response:
        if around.is_out(name):
            return Response(status_code=503)
        said = await request.json()
        if not (is_once and said["key"] in around.keys):
            around.effects.append((said["key"], said["values"]))
            around.keys.add(said["key"])
        return JSONResponse({"receipt": f"{name} {len(around.effects)}"})

    return apply


def _question(around: Surroundings) -> Callable[..., object]:
    async def ask(request: Request) -> Response:
        said = await request.json()
        around.questions[said["key"]] = said["values"]
        return JSONResponse({"receipt": f"question {len(around.questions)}"})

    return ask


def _answer(question: str) -> dict[str, object]:
    """Return the answer to a question, by the reference in it."""
    reference = reference_in(question)
    made = truth(reference or "T0")
    fields: dict[str, object] = {"amount": str(made.said_amount)}
    if reference is None or reference.startswith("T"):
        fields = {"queue": made.said_queue, "priority": made.priority, "reply": reply_of(made.said_queue)}
    return {
        "evidence": [{"field": "amount", "quote": f"Amount {made.amount}"}] if "amount" in fields else [],
        "reasons": ["It is about that by its own words."],
        "answer": fields,
        "alternatives": _alternatives(made) if "queue" in fields else {},
        "confidence": dict.fromkeys(fields, made.confidence),
    }


def _alternatives(made: Truth) -> dict[str, object]:
    queues = [one for one in QUEUES if one != made.said_queue][:2]
    priorities = [one for one in _PRIORITIES if one != made.priority]
    left = (1 - made.confidence) / 4
    return {
        "queue": [{"label": one, "probability": left} for one in queues],
        "priority": [{"label": one, "probability": left} for one in priorities],
    }


def _message(model: str, answer: dict[str, object]) -> dict[str, object]:
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": model,
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "content": [{"type": "text", "text": json.dumps(answer)}],
        "usage": {"input_tokens": 900, "output_tokens": 160},
    }


def main() -> None:
    """Serve until told to stop."""
    uvicorn.run(create_app(Surroundings()), port=int(sys.argv[1]), log_config=None, access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
