"""The question of all contestants: the same words to the same model, each time about another ticket."""

from benchmarks.peers.conversation import hear

MODEL = "claude-haiku-5-5"
MAX_TOKENS = 4096
KEY = "sk-ant-api03-not-a-real-key"
SYSTEM = """You work on tickets of a shop for kitchen appliances. Decide which queue each goes to, and draft a reply.

billing: charges, refunds, invoices, cards, anything about money that was or was not paid.
technical: a device that does not do what it should, an app that does not connect, spare parts, manuals.
safety: smoke, fire, sparks, injuries, smells of burning. Never answer such a ticket as if it were another kind.
other: all that fits none of these, such as praise, jobs, press, and tickets that are meant for somebody else.

Write the reply in the language of the ticket, in two or three sentences, friendly and plain. Promise nothing that is
not certain: no refund, no date, no replacement. Say what happens next and who will write to them.
"""


def ticket(number: int) -> str:
    """Return the text of a customer; each number is another customer."""
    return (
        f"Hello, my order {100_000 + number} was charged twice on my card, once on Monday and once on Tuesday. I wrote "
        "to you about it last week and have heard nothing since. Could you please look at it and send one of the two "
        "back? My bank says that it can only be done by you. Thank you, and greetings from Lisbon."
    )


def told() -> tuple[bool, int, int]:
    """Wait for the next order; returns whether to repeat a question, the number of calls, and how many at once."""
    word, calls, at_once = hear().split()
    return word == "again", int(calls), int(at_once)
