"""A person's approval of a tool call, by Countersign's plain API. Copy this file; it needs httpx and rfc8785.

Ask, keep the number of the case, and go on with other work. A webhook or a look at the case says when to resume.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx
import rfc8785

WORKFLOW = "agent-approval"
DECIDED = ("delivered", "closed", "expired")
"""States of a case in which nobody has to decide any more."""


@dataclass(frozen=True, kw_only=True)
class Approved:
    """The call may be made, with exactly these arguments. A person may have changed them."""

    arguments: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A person refused the call, or nobody decided in time."""

    reason: str
    by_a_person: bool


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A person asks something back, and waits for the agent's answer."""

    question: str


class NotWhatWasApproved(Exception):
    """The case is that of another call, or the arguments are not those that its digest names: do not act on them."""


class Approvals:
    """The office where people decide."""

    def __init__(self, http: httpx.Client) -> None:
        """Ask there. `http`: a client with the address and the key, as `connected` makes one."""
        self._http = http

    def ask(self, id: str, *, agent: str, tool: str, arguments: dict[str, Any], why: str) -> int:
        """Ask for a call, and return its case. The same `id` again is the same call: a retry asks nobody twice."""
        call = {"id": id, "agent": agent, "tool": tool, "arguments": json.dumps(arguments), "why": why}
        path = f"/v1/workflows/{WORKFLOW}/cases"
        answer = self._http.post(path, params={"on_conflict": "refuse"}, json={"input": call})
        answer.raise_for_status()
        return int(answer.json()["id"])

    def look(self, case: int, *, wait: int = 0) -> dict[str, Any]:
        """Return a case as it stands, after some seconds at most where nobody has decided."""
        answer = self._http.get(f"/v1/cases/{case}", params={"wait": wait}, timeout=wait + 10)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def reply(self, case: int, text: str) -> None:
        """Answer what a person asked."""
        self._http.post(f"/v1/cases/{case}/reply", json={"text": text}).raise_for_status()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def connected(url: str, key: str) -> Approvals:
    """Return the office at an address. `key`: from `countersign source key add`."""
    return Approvals(httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}))


def decision(case: dict[str, Any], id: str) -> Approved | Refused | Asked | None:
    """Return what people decided about a call; None while they have not. Raise `NotWhatWasApproved`.

    `id`: of the call that is to be made, as it was given to `ask`. The case of another call answers nothing.
    """
    if case["workflow"] != WORKFLOW or case["key"].partition("/")[2] != id.strip():
        raise NotWhatWasApproved(f"case {case['id']} is that of another call than {id}")
    match case["state"]:
        case "delivered":
            return Approved(arguments=exactly(case, case["approved"]))
        case "closed":
            return Refused(reason=case["reason"] or "It was refused.", by_a_person=True)
        case "expired":
            return Refused(reason="Nobody decided in time.", by_a_person=False)
        case "asked":
            return Asked(question=case["question"]["text"])
        case _:
            return None


def exactly(case: dict[str, Any], output: dict[str, Any] | None) -> dict[str, Any]:
    """Return the arguments in an output, once its digest is the one that was approved. Raise `NotWhatWasApproved`."""
    form = rfc8785.dumps({"workflow": case["workflow"], "case": case["key"], "output": output})
    if output is None or case["digest"] != f"sha256:{sha256(form).hexdigest()}":
        raise NotWhatWasApproved(f"case {case['id']}: the digest names other arguments")
    arguments: dict[str, Any] = json.loads(output["arguments"])
    return arguments
