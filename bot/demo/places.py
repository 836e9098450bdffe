"""The places of the demo's two automations: channel, reviewers, system of record."""

from dataclasses import dataclass

from bot.sandbox.state.workspace import Channel, Group, User, Workspace, default_workspace
from handlers.slack.manifest import manifest_file

FAILURES = "C0FAILURES"
LEADS = "C0LEADS"
ENGINEER = "U0KIM"
REVIEWER = "U0ANA"
"""The person that one is at first."""
OUTSIDER = "U0EVE"
"""Somebody who may decide nothing."""
TEAM_LEAD = "U0LEE"


@dataclass(frozen=True, kw_only=True)
class Place:
    """The place of one automation."""

    workflow: str
    channel: str
    channel_name: str
    group: str
    """User group of the reviewers."""
    reviewers: tuple[str, str]
    """Two of the reviewers, who act in turn."""
    system: str
    """System of record that the cases are delivered to."""


SUPPORT = Place(
    workflow="support-triage",
    channel="C0SUPPORT",
    channel_name="support-review",
    group="S0SUPPORT",
    reviewers=("U0ANA", "U0BEN"),
    system="help desk",
)
INVOICES = Place(
    workflow="invoice-intake",
    channel="C0INVOICES",
    channel_name="invoices",
    group="S0ACCOUNTS",
    reviewers=("U0ANA", "U0PIA"),
    system="ledger",
)
PLACES = (SUPPORT, INVOICES)


def workspace() -> Workspace:
    """Return the sandbox's company, with accounts beside its support. Ana works in both."""
    company = default_workspace(manifest_file())
    accounts = User(id="U0PIA", name="pia", real_name="Pia", title="accounts")
    members = [user.id for user in company.users if not user.deactivated]
    channel = Channel(id=INVOICES.channel, name=INVOICES.channel_name, members=[*members, accounts.id])
    group = Group(id=INVOICES.group, handle="accounts", name="Accounts", members=list(INVOICES.reviewers))
    return Workspace(
        team=company.team,
        app=company.app,
        users=[*company.users, accounts],
        channels=[company.channels[0], channel, *company.channels[1:]],
        groups=[*company.groups, group],
    )
