"""Calls a step with another argument, and takes its result for something else."""

from countersign import step


@step(tries=3)
def look_up(ticket: int) -> str:
    return str(ticket)


wrong: int = look_up(1)  # E: [assignment]
look_up("one")  # E: [arg-type]
