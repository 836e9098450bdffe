"""Mailbox triage: each new mail of a shared mailbox goes to the team that answers it."""

from datetime import timedelta
from typing import Annotated, Literal

from countersign import Fetched, FindPersonal, Personal, Review, Run, Workflow
from countersign.tools.mail import Mailbox, account_in_environment
from pydantic import BaseModel

from workflows.library.intent_triage import routes

mailbox = Mailbox(account=account_in_environment("COUNTERSIGN_MAILBOX"), name="the shared mailbox")


class Letter(BaseModel):
    """A mail, as far as its team is decided by it."""

    key: str
    sender: Annotated[str, Personal]
    subject: Annotated[str, FindPersonal]
    text: Annotated[str, FindPersonal]
    files: list[str]
    """Names of its attachments. They are not read."""


class Team(BaseModel):
    """The decision about a mail."""

    team: Literal["orders", "invoices", "complaints", "jobs", "nobody"]


letters = Workflow(
    name="mailbox-triage",
    decision="Which team answers this mail?",
    owner="U0MARIA",
    backup="U0JONAS",
    told=("the team that answers the mail",),
    no_nevers="it only sorts mail, and every mail reaches a person",
    is_sample=True,
    input=Letter,
    output=Team,
    key=lambda letter: letter.key,
    may={"route": "hand a mail to a team"},
    review=Review(answer_within=timedelta(hours=4), reject_reasons=("Spam", "Answered already")),
)


@letters.fetch(every=timedelta(minutes=1))
def inbox(cursor: str | None) -> Fetched[Letter]:
    """Read new mail. Answers by programs, bounces and mailing lists are no cases."""
    found = mailbox.look(cursor)
    return Fetched(
        inputs=[
            {
                "key": mail.key,
                "sender": str(mail.sender),
                "subject": mail.subject,
                "text": mail.text,
                "files": [file.name for file in mail.attachments],
            }
            for mail in found.mails
            if not mail.is_automatic
        ],
        cursor=found.cursor,
        more=found.more,
    )


@letters.deliver(idempotent=True, target="the teams", does="route")
def deliver(decided: Team, run: Run[Letter]) -> str:
    """Hand the mail to its team."""
    return routes.route(run.input.key, decided.team, by=run.by, key=run.key)
