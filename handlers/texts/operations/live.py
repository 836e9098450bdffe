"""The words of `doctor --live`: what a person is asked to do in Slack, and what is said in the terminal."""

from dataclasses import dataclass

from handlers.texts.buttons import Button

TRY = "This is a try. Nothing here is real: no case is behind it, and nothing is delivered."
"""Stands above each message and form."""
BRIEF = "A try of Countersign, nothing real"
"""The beginning of each notification."""
TITLE = "A try"
SHOWN = "Each kind of form was shown here. Close this window; it goes on in the channel."
UPDATE_FIRST = "This message is going to change."
OVER_HERE = "The try is over."
OVER = "The try is over. Close this window."
HOME_OVER = "The try is over. Countersign draws this page anew when you open it again."
BELOW = "Each kind of message is posted in this thread, and deleted at the end."
SKIP = Button(text="Skip this step", says="Skip this step of the try")
PRESS = Button(text="Press me", says="Press me, to show that a press arrives")
CHANGED = Button(text="I see the change", says="I see that this message was changed")
PRIVATE = Button(text="I see this", says="I see this message, which only I can see")
DRAWN = Button(text="All look right", says="All messages in the thread look right")
WRONG = Button(text="Something looks wrong", says="A message in the thread looks wrong")
OPEN = Button(text="Open a form", says="Open a form of the try")
PAGE = Button(text="I see this page", says="I see this page, which took the place of the form")
HOME = Button(text="I see this page", says="I see this page in the Home tab")
FORM_LABEL = "Type anything"
FORM_HINT = "The first Send shows an error at this field. Press Send once more."
FORM_ERROR = "This error belongs to the try. Press Send once more."
SEND = "Send"
NEXT_PAGE = "This page took the place of the form."
COMMAND_HEARD = "Countersign heard the command. This was a try."
SHORTCUT = "Report wrong"


@dataclass(frozen=True, kw_only=True)
class StepWords:
    """The words of a step."""

    tests: str
    """The thing that is looked at, for the terminal and the transcript."""
    asks: str = ""
    """The act that a person is asked for in Slack; empty where nobody is asked."""


SCOPES = StepWords(tests="the scopes that Slack granted")
SOCKET = StepWords(tests="the connection with Slack, by a socket or over HTTP, and whether it is this app's only one")
CHANNEL = StepWords(tests="the channel")
PRESSED = StepWords(
    tests="a press, with the person and the workspace in it", asks=f"Press *{PRESS.text}* on the newest message."
)
UPDATE = StepWords(tests="a message that is changed", asks=f"The message changed. Press *{CHANGED.text}* on it.")
EPHEMERAL = StepWords(
    tests="an answer that only one person sees", asks=f"Press *{PRIVATE.text}* on the message that only you see."
)
THREAD = StepWords(tests="a reply in a thread")
MESSAGES = StepWords(
    tests="each kind of message, in a thread",
    asks=f"Look at the messages in the thread. Then press *{DRAWN.text}* or *{WRONG.text}* on the newest message.",
)
FORM = StepWords(tests="a form that a press opens", asks=f"Press *{OPEN.text}* on the newest message.")
ERRORS = StepWords(tests="an error at a field of a form", asks=f"Type something into the form and press *{SEND}*.")
ANSWERED = StepWords(
    tests="a page in place of a form that was sent",
    asks=f"The form shows an error. Press *{SEND}* once more, then *{PAGE.text}*.",
)
VIEWS = StepWords(tests="each kind of form, one after the other in the open window")
HOME_TAB = StepWords(
    tests="the Home tab", asks=f"Open the app's *Home* tab (under Apps, at the left) and press *{HOME.text}* there."
)
COMMAND = StepWords(tests="a slash command", asks="Type */countersign queue* in the channel and send it.")
MENU = StepWords(
    tests="a shortcut in the menu of a message",
    asks=f"Choose *{SHORTCUT}* in the menu (⋮) of the newest message, under *More message shortcuts*.",
)
RIGHTS = StepWords(tests="the people and user groups that workflows name")
LIMITS = StepWords(tests="a rate limit: Slack's Retry-After is seen and heeded")
CLEANUP = StepWords(tests="the messages of the try are deleted")

OTHERS = (
    "Another process of this app is connected (such as countersign serve). Slack gives each press to any one of them, "
    "so some of yours will not arrive here. Stop it for this try, or press again where a step does not go on."
)
INTRODUCTION = (
    "Each step says here and in the channel what to do. Enter s to skip a step; Ctrl-C ends it and cleans up."
)
WRITTEN = "the transcript. It holds no token, name, id or text of anybody; attach it to a report."
ENDED = "ended by Ctrl-C"


def needs(scope: str) -> str:
    """Say which scope is missing for a step."""
    return f"needs the scope {scope}, which is not granted"


def asked(step: str) -> str:
    """Return what a person is asked, as it stands in the terminal: with quotes in place of bold."""
    return step.replace("*", '"')
