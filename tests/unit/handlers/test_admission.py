"""Admission: people of the workspace or organisation that Countersign is installed in, and nobody else."""

import pytest

from handlers.slack import payloads
from handlers.slack.access.admission import Installation, Origin

OURS, ORG, THEIRS, THEIR_ORG, HOME = "T0OURS", "E0OURS", "T0THEIRS", "E0THEIRS", "T0HOME"
PLAIN = Installation(team=OURS)
ON_GRID = Installation(team=OURS, enterprise=ORG)
ORG_WIDE = Installation(team=OURS, enterprise=ORG, whole=True)
NAMED_AS_ORG = Installation(team=ORG, enterprise=ORG, whole=True)


@pytest.mark.parametrize(
    ("team", "enterprise", "home", "admitted"),
    [
        (OURS, None, OURS, {"plain", "grid", "org"}),
        (OURS, None, None, {"plain", "grid", "org"}),  # a command names no team of the person
        (OURS, None, THEIRS, {"grid", "org"}),  # a home workspace, which only an organisation has
        (OURS, ORG, HOME, {"grid", "org", "named"}),
        (OURS, ORG, ORG, {"grid", "org", "named"}),
        (None, ORG, HOME, {"grid", "org", "named"}),  # done in the organisation as a whole
        (None, ORG, ORG, {"grid", "org", "named"}),
        (HOME, ORG, HOME, {"org", "named"}),  # another workspace of the organisation
        (THEIRS, None, THEIRS, set()),  # Slack Connect
        (THEIRS, THEIR_ORG, THEIRS, set()),
        (OURS, THEIR_ORG, THEIRS, set()),
        (OURS, None, THEIR_ORG, set()),
        (OURS, ORG, THEIR_ORG, set()),
        (None, THEIR_ORG, ORG, set()),
        (None, None, OURS, set()),
        (None, None, None, set()),
    ],
)
def test_people_are_told_apart_by_where_they_act(
    team: str | None, enterprise: str | None, home: str | None, admitted: set[str]
) -> None:
    """D1, A9"""
    installed = {"plain": PLAIN, "grid": ON_GRID, "org": ORG_WIDE, "named": NAMED_AS_ORG}
    origin = Origin(team=team, enterprise=enterprise, home=home)
    assert {name for name, one in installed.items() if one.admits(origin)} == admitted


def test_every_kind_of_payload_says_where_it_comes_from() -> None:
    acted = {
        "team": {"id": OURS, "domain": "ours", "enterprise_id": ORG},
        "enterprise": None,
        "user": {"id": "U0ANA", "team_id": HOME},
        "view": {"id": "V0"},
    }
    click = payloads.click({**acted, "actions": [{"value": "1.1"}], "container": {}})
    assert click.origin == payloads.submission(acted).origin == Origin(team=OURS, enterprise=ORG, home=HOME)
    whole = payloads.submission({**acted, "team": None, "enterprise": {"id": ORG, "name": "ours"}})
    assert whole.origin == Origin(team=None, enterprise=ORG, home=HOME)
    typed = payloads.typed({"team_id": OURS, "enterprise_id": ORG, "user_id": "U0ANA"})
    assert typed.origin == Origin(team=OURS, enterprise=ORG, home=None)
    happened = {"event_id": "Ev0", "team_id": OURS, "enterprise_id": ORG, "event": {"type": "app_uninstalled"}}
    assert payloads.event(happened).origin == Origin(team=OURS, enterprise=ORG, home=None)
