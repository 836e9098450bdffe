"""The words on buttons, and the questions that some of them ask before they count."""

from dataclasses import dataclass

from handlers.texts.review.queue import more


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question to confirm before a press counts."""

    title: str
    text: str
    yes: str
    no: str = "Go back"


@dataclass(frozen=True, kw_only=True)
class Button:
    """The words of a button."""

    text: str
    says: str
    """The words for a screen reader, which also name its subject."""
    question: Question | None = None


def approve(key: str) -> Button:
    """Name the button that approves a proposal."""
    return Button(text="Approve", says=f"Approve {key}")


def approve_all_the_same(key: str) -> Button:
    """Name the button that approves a proposal although it breaks a rule."""
    return Button(text="Approve all the same", says=f"Approve {key} all the same")


def approve_as_second(key: str) -> Button:
    """Name the button with which a second person approves."""
    return Button(text="Approve as well", says=f"Approve {key} as the second person")


def undo(key: str) -> Button:
    """Name the button that takes a decision back before it is applied."""
    return Button(text="Undo", says=f"Undo the decision on {key}")


def take_back(key: str) -> Button:
    """Name the button that takes a decision back while a second person is waited for."""
    return Button(text="Take back", says=f"Take back your approval of {key}")


def it_was_right(key: str) -> Button:
    """Name the button that keeps what was delivered, although somebody reported it."""
    return Button(text="It was right", says=f"It was right: {key}")


def stop_announced(key: str) -> Button:
    """Name the button that stops an announced case before it goes out."""
    return Button(text="Stop", says=f"Stop {key}: a person decides it")


def look_at_announced(number: int) -> Button:
    """Name the button that lists what goes out by itself."""
    return Button(text="Look", says=f"Look at the {number:,} that go out by themselves")


def change_it(key: str) -> Button:
    """Name the button that opens the form to change what was delivered."""
    return Button(text="Change it", says=f"Change what was delivered for {key}")


def edit(key: str) -> Button:
    """Name the button that opens the form of a proposal."""
    return Button(text="Edit", says=f"Edit {key}")


def fill_in(key: str) -> Button:
    """Name the button that opens an empty form."""
    return Button(text="Fill in", says=f"Fill in {key}")


def reject(key: str) -> Button:
    """Name the button that opens the form of a rejection."""
    return Button(text="Reject", says=f"Reject {key}")


def skip(key: str) -> Button:
    """Name the button that leaves a review for later and goes on to the next."""
    return Button(text="Skip", says=f"Skip {key}")


def details(key: str) -> Button:
    """Name the button that shows everything about a case."""
    return Button(text="Details", says=f"Details of {key}")


def claim(key: str) -> Button:
    """Name the button by which a person says that they take a review on."""
    return Button(text="I'm on it", says=f"I'm on it: {key}")


def take_over(key: str) -> Button:
    """Name the button by which a person takes a review on that a colleague is on."""
    return Button(
        text="Take over",
        says=f"Take over {key}",
        question=Question(
            title="Take it over?",
            text="A colleague is on it. The card will say that you are. Either of you may still decide.",
            yes="Take it over",
        ),
    )


def read_all(key: str) -> Button:
    """Name the button that shows the whole of a case, of which the card has the beginning."""
    return Button(text="Read all", says=f"Read all of {key}")


ESCALATE = "Escalate: ask others to decide"
"""The choice in a card's menu that asks those to decide whom the workflow names for that."""
REPORT_WRONG = "Report wrong"
"""The choice in a card's menu that says that something is wrong."""
DETAILS = "Details: all of the case, and why"
ASK_SOURCE = "Ask the source: a question back"
"""Choice in a card's menu."""


def answer_for_them(key: str) -> Button:
    """Name the button by which a person answers in the place of a case's source."""
    return Button(text="Answer for them", says=f"Answer for them: {key}")


def correct(case: int) -> Button:
    """Name the button that reports a delivery as wrong."""
    return Button(text="Correct it", says=f"Correct it: case {case}")


def correct_input(case: int) -> Button:
    """Name the button that opens the form of a case's input."""
    return Button(text="Correct the input", says=f"Correct the input of case {case}, and run it again")


def review(subject: str) -> Button:
    """Name the button that opens a review."""
    return Button(text="Review", says=f"Review {subject}")


REVIEW_CORRECTION = Button(text="Review", says="Review the correction that waits")


def start_reviewing(number: int) -> Button:
    """Name the button that opens the list of the reviews without a card. `number`: of these."""
    return Button(text="Start reviewing", says=f"Start reviewing, {more(number)}")


def start_spot_checks(number: int) -> Button:
    """Name the button that opens the next spot check. `number`: of those that wait."""
    return Button(text="Start", says=f"Start with {number:,} spot {'check' if number == 1 else 'checks'}")


def judge(test: int) -> Button:
    """Name the button that opens the next case of a review pack."""
    return Button(text="Go through them", says=f"Go through the review pack of volume test {test}")


def judge_wrong(name: str) -> Button:
    """Name the button that shows the form of a case of a review pack."""
    return Button(text="Wrong", says=f"Wrong: put {name} right")


def back_to_proposal(name: str) -> Button:
    """Name the button that shows what is proposed for a case of a review pack again."""
    return Button(text="Back", says=f"Back to what is proposed for {name}")


def pass_on(key: str) -> Button:
    """Name the button that leaves a spot check to others."""
    return Button(text="Leave it to others", says=f"Leave the spot check of {key} to others")


def look(key: str) -> Button:
    """Name the button that shows what helps to find out whether a delivery happened."""
    return Button(text="Look", says=f"Look at {key}")


def happened(key: str) -> Button:
    """Name the button for a person who found a delivery in the system of record."""
    return Button(
        text="It happened",
        says=f"It happened: {key}",
        question=Question(
            title="It happened?",
            text="You looked in the system of record, and it is there. The case is closed as delivered.",
            yes="Yes, it is there",
        ),
    )


def did_not_happen(key: str) -> Button:
    """Name the button for a person who did not find a delivery in the system of record."""
    return Button(
        text="It did not",
        says=f"It did not happen: {key}",
        question=Question(
            title="It did not happen?",
            text="You looked in the system of record, and it is not there. It may then be delivered again.",
            yes="It is not there",
        ),
    )


def deliver_again(key: str) -> Button:
    """Name the button that makes a delivery again."""
    return Button(text="Deliver again", says=f"Deliver again: {key}")


NEXT_REVIEW = Button(text="Next review", says="Next review")
EARLIER = Button(text="Earlier", says="Earlier reviews")
LATER = Button(text="Later", says="Later reviews")

START_ANEW = Button(text="Start over", says="Start over from what is proposed")
START_FROM_DELIVERED = Button(text="Start over", says="Start over from what was delivered")
START_FROM_INPUT = Button(text="Start over", says="Start over from the present input")
START_FROM_PROPOSED = Button(text="Start over", says="Start over from what is proposed")
START_EMPTY = Button(text="Start over", says="Start over with an empty form")
BACK_TO_CASE = Button(text="Back", says="Back to the case, without deciding")
BACK_TO_FORM = Button(text="Back to the form", says="Back to the form, without this row's changes")


def change_row(number: int, label: str) -> Button:
    """Name the button that opens the form of a row. `number`: from 1."""
    return Button(text="Change", says=f"Change row {number} of {label}")


def remove_row(number: int, label: str) -> Button:
    """Name the button that takes a row out of the form. `number`: from 1."""
    return Button(text="Remove", says=f"Remove row {number} of {label}")


def add_row(label: str) -> Button:
    """Name the button that opens the form of a new row."""
    return Button(text="Add a row", says=f"Add a row to {label}")


def earlier_rows(label: str) -> Button:
    """Name the button that turns to the rows before."""
    return Button(text="Earlier rows", says=f"Earlier rows of {label}")


def later_rows(label: str) -> Button:
    """Name the button that turns to the rows after."""
    return Button(text="Later rows", says=f"Later rows of {label}")


def rerun_one(cause: str) -> Button:
    """Name the button that runs one case of a cause again."""
    return Button(text="Rerun one", says=f"Rerun one case of cause {cause}")


def rerun_all(cause: str, number: int, what: str) -> Button:
    """Name the button that runs all stopped cases of a cause again. `what`: what that means, in sentences."""
    return Button(
        text=f"Rerun all ({number:,})",
        says=f"Rerun all {number:,} cases of cause {cause}",
        question=Question(title=f"Rerun {number:,} cases?", text=what, yes="Rerun all"),
    )


def rerun_later(cause: str, minutes: int, title: str, what: str) -> Button:
    """Name the button that has the cases of a cause run again after a pause. `title`, `what`: it asks that first."""
    return Button(
        text=f"Rerun in {minutes} min",
        says=f"Rerun the cases of cause {cause} by themselves in {minutes} minutes",
        question=Question(title=title, text=what, yes="Rerun later"),
    )


def rerun_well(cause: str, system: str, title: str, what: str) -> Button:
    """Name the button that has them run again once a system is well."""
    return Button(
        text="Rerun once well",
        says=f"Rerun the cases of cause {cause} by themselves once {system} is well again",
        question=Question(title=title, text=what, yes="Rerun later"),
    )


def stop_rerun(cause: str) -> Button:
    """Name the button that stops the rerun of a cause's cases."""
    return Button(text="Stop rerun", says=f"Stop the rerun of the cases of cause {cause}")


def mend(cause: str) -> Button:
    """Name the button by which a person says that they mend a cause."""
    return Button(text="Take over", says=f"Take over cause {cause} by hand")


def mend_instead(cause: str) -> Button:
    """Name the same button where somebody said so already."""
    return Button(
        text="Take over",
        says=f"Take over cause {cause} by hand",
        question=Question(
            title="Take it over?",
            text="Somebody is on it. The card will say that you are.",
            yes="Take it over",
        ),
    )


IGNORE_UNTIL = "Ignore until…"
OPEN_AGAIN = "Open again"
RESOLVED = "Resolved"


def open_again(cause: str) -> Button:
    """Name the button that opens a cause again."""
    return Button(text=OPEN_AGAIN, says=f"Open cause {cause} again")


def open_case(case: int, workflow: str) -> Button:
    """Name the button that shows a case which a digest names."""
    return Button(text=f"Open case {case}", says=f"Open case {case} of {workflow}")


def expand(workflow: str) -> Button:
    """Name the button that chooses that a workflow is to do more."""
    return Button(text="Expand", says=f"Expand {workflow}")


def hold(workflow: str) -> Button:
    """Name the button that chooses that a workflow goes on as it is."""
    return Button(text="Hold", says=f"Hold {workflow} as it is")


def stop(workflow: str) -> Button:
    """Name the button that chooses that a workflow is to stop."""
    return Button(text="Stop", says=f"Stop {workflow}; nothing is paused by that")


def forward(workflow: str) -> Button:
    """Name the button that shows a text to forward."""
    return Button(text="Text to forward", says=f"A text about {workflow} to forward")


def looked_at(title: str) -> Button:
    """Name the button that says that somebody looked at a digest."""
    return Button(text="I looked at it", says=f"I looked at it: {title}")


def pause_chosen(workflow: str) -> Button:
    """Name the button that pauses a workflow which is to stop."""
    return Button(
        text="Pause it",
        says=f"Pause {workflow}",
        question=Question(
            title="Pause it?",
            text=f"No model is asked and nothing of {workflow} goes alone, until somebody resumes it. People get empty "
            "forms, and what they decide is still delivered.",
            yes="Pause it",
        ),
    )


def reasons(workflow: str) -> Button:
    """Name the button that shows why people rejected proposals."""
    return Button(
        text="Reasons in their own words", says=f"Why proposals of {workflow} were rejected, in people's words"
    )


def look_at_spot_checks(workflow: str, number: int) -> Button:
    """Name the button that opens the next spot check of a workflow. `number`: of those that are open."""
    checks = f"{number:,} spot {'check' if number == 1 else 'checks'}"
    return Button(text=f"Look at {checks}", says=f"Look at {checks} of {workflow}")


def sign_version(workflow: str, number: int) -> Button:
    """Name the button that signs a version, with what that means."""
    text = "You answer for this version. It goes live as its workflow says: in shadow first, or at once."
    asks = Question(title="Approve this version?", text=text, yes="Approve")
    return Button(text="Approve", says=f"Approve version {number} of {workflow}", question=asks)


def sign_all_the_same(workflow: str, number: int) -> Button:
    """Name the button that opens the form to sign a version that is refused."""
    return Button(text="Approve all the same", says=f"Approve version {number} of {workflow} all the same")


def reject_version(workflow: str, number: int) -> Button:
    """Name the button that refuses a version, with what that means."""
    text = "It is not deployed, and the live version goes on."
    asks = Question(title="Reject this version?", text=text, yes="Reject")
    return Button(text="Reject", says=f"Reject version {number} of {workflow}", question=asks)


def give_up_version(workflow: str, number: int) -> Button:
    """Name the button that ends a version which is watched, with what that means."""
    text = "It is not asked any more, and the live version goes on."
    asks = Question(title="Give this version up?", text=text, yes="Give it up")
    return Button(text="Give it up", says=f"Give up version {number} of {workflow}", question=asks)


def what_changes(workflow: str, number: int) -> Button:
    """Name the button that shows what changes with a version."""
    return Button(text="What changes", says=f"What changes with version {number} of {workflow}")


def roll_back(workflow: str, number: int) -> Button:
    """Name the button that opens the form to take the live version back."""
    return Button(text="Roll back", says=f"Roll back version {number} of {workflow}")


def look_at_examples(workflow: str) -> Button:
    """Name the button that opens the candidates of a workflow."""
    return Button(text="Look", says=f"Look at the cases of {workflow} that wait to become examples")


def take_examples(number: int) -> Button:
    """Name the button that takes near duplicates in as examples."""
    return Button(text="Take", says=f"Take {_examples(number)} in")


def critical_examples(number: int) -> Button:
    """Name the button that takes them in as critical ones."""
    return Button(text="Critical", says=f"Take {_examples(number)} in; each new version has to have that right")


def leave_examples(number: int) -> Button:
    """Name the button that leaves them."""
    return Button(text="Leave", says=f"Leave {_examples(number)}")


def _examples(number: int) -> str:
    return "this example" if number == 1 else f"these {number} examples"


def take_improvement(number: int) -> Button:
    """Name the button that takes an improvement."""
    return Button(text="Take", says=f"Take improvement {number}")


def leave_improvement(number: int) -> Button:
    """Name the button that leaves it, with what that means."""
    text = "It goes from this list, and the same pattern is not proposed again."
    asks = Question(title="Leave this improvement?", text=text, yes="Leave")
    return Button(text="Leave", says=f"Leave improvement {number}", question=asks)


def widen(workflow: str, percent: str) -> Button:
    """Name the button by which a workflow looks at more of its cases, with what that means."""
    text = f"From the next case on, it looks at {percent} of them. You can say less again."
    asks = Question(title="Look at more cases?", text=text, yes="Look at more")
    return Button(text=f"Look at {percent}", says=f"Have {workflow} look at {percent} of its cases", question=asks)


def sign(workflow: str) -> Button:
    """Name the button that signs a charter, with what that means."""
    text = "You answer for this workflow on the terms shown here. It may go alone as its charter says."
    asks = Question(title="Sign this charter?", text=text, yes="Sign")
    return Button(text="Sign", says=f"Sign the charter of {workflow}", question=asks)


def let_alone(workflow: str, what: str, *, is_alone: bool) -> Button:
    """Name the button that lets a workflow go further, with what that means. `what`: how far, in words.

    `is_alone`: anything goes alone, or is announced, by that.
    """
    back = (
        "It is taken back by itself once more is wrong than promised."
        if is_alone
        else "Nothing goes alone because of this."
    )
    text = f"You answer for this: {what}. {back}"
    return Button(
        text="Allow it", says=f"Allow it: {workflow}", question=Question(title="Allow it?", text=text, yes="Allow it")
    )


def not_now(workflow: str) -> Button:
    """Name the button that leaves it as it is."""
    return Button(text="Not now", says=f"Not now: {workflow}")


def certificate(workflow: str) -> Button:
    """Name the button that opens a certificate."""
    return Button(text="Details", says=f"Certificate of {workflow}")


def take_alone_back(workflow: str) -> Button:
    """Name the button that opens the form to take back what goes alone."""
    return Button(text="Take it back", says=f"Take back what {workflow} does alone")


def look_at_certificate(workflow: str) -> Button:
    """Name the button that opens the question whether more may go alone."""
    return Button(text="Look", says=f"Look at what {workflow} may do alone")


def look_at_late_checks(workflow: str) -> Button:
    """Name the button that opens the next spot check, where news says that some wait."""
    return Button(text="Look", says=f"Look at spot checks of {workflow}")
