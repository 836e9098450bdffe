"""The ids that Slack sends back to us, and the references that buttons and modals carry."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum

from handlers.slack.progress import Progress
from workflows.engine.digests.failures.needs import About, Need, NeedKind
from workflows.engine.errors import Refused
from workflows.engine.read.home_views import Place


class Action(StrEnum):
    """The buttons."""

    APPROVE = "approve"
    ALL_THE_SAME = "approve_all_the_same"
    EDIT = "edit"
    REJECT = "reject"
    DETAILS = "details"
    START = "start_reviewing"
    STEP_EDIT = "step_edit"
    STEP_REJECT = "step_reject"
    SKIP = "skip"
    UNDO_LAST = "undo_last"
    BACK_TO_STEP = "back_to_step"
    REVIEW = "review"
    NEXT = "next_review"
    PAGE = "page"
    HAPPENED = "happened"
    NOT_HAPPENED = "not_happened"
    DELIVER = "deliver_again"
    LOOK = "look"
    CORRECT = "correct"
    CORRECT_INPUT = "correct_input"
    """Puts the input of a case right, to run it again. Its value is about a case too."""
    STOP_ANNOUNCED = "stop_announced"
    """Stops an announced case before it goes out. Its value is about the announcement."""
    ANNOUNCED = "announced"
    """Lists the announced cases that go out next. It is about no row; the channel says whose."""
    CLAIM = "claim"
    TAKE_OVER = "take_over"
    ASK_SOURCE = "ask_source"
    ANSWER = "answer_for_them"
    UNDO = "undo"
    REPORT = "report_wrong"
    ESCALATE = "escalate"
    ASSIGN = "assign"
    ASSIGN_NOBODY = "assign_to_nobody"
    AWAY = "away"
    BACK = "back_early"
    MORE = "more"
    """A card's menu. Each choice in it is one of the others."""
    CHANGE_ROW = "change_row"
    REMOVE_ROW = "remove_row"
    ADD_ROW = "add_row"
    ROWS = "rows"
    """Turns to other rows."""
    START_ANEW = "start_anew"
    BACK_TO_FORM = "back_to_form"
    CHARTER = "charter"
    EXAMPLES = "examples"
    """Opens the first near duplicates that wait to become examples. Its value names the workflow."""
    TAKE_EXAMPLES = "take_examples"
    """Takes near duplicates in as examples. Its value is about the newest of them that was shown; the version says how
    many were.
    """
    CRITICAL_EXAMPLES = "critical_examples"
    """Takes them in, and each new version has to have them right."""
    LEAVE_EXAMPLES = "leave_examples"
    TAKE_IMPROVEMENT = "take_improvement"
    """Takes an improvement. Its value is about that, as the next one's is."""
    LEAVE_IMPROVEMENT = "leave_improvement"
    WIDEN = "widen_scope_share"
    """Has a workflow look at the next larger share of its cases. Its value is about the workflow's row, with the share
    that was shown.
    """
    WIDEN_IN_CHARTER = "widen_scope_share_in_charter"
    """The same beside a charter, which is drawn anew then."""
    SIGN = "sign_charter"
    """Signs the charter of a workflow. Its value is about the terms that were shown, with their number."""
    SIGN_VERSION = "sign_version"
    """Signs a version that is to be deployed. The value of this one and of the next ones is about the deployment."""
    SIGN_ALL_THE_SAME = "sign_version_all_the_same"
    """Opens the form to sign one that is refused."""
    REJECT_VERSION = "reject_version"
    GIVE_UP_VERSION = "give_up_version"
    """Ends one that is watched beside the live one."""
    WHAT_CHANGES = "what_changes"
    ROLL_BACK = "roll_back"
    """Opens the form to take the live version back."""
    LET_ALONE = "let_alone"
    """Lets a version go as far as the evidence permits. The value of this one and of the next ones is about its epoch.
    """
    NOT_NOW = "not_now"
    """Leaves it as it is."""
    LET_IN_CERTIFICATE = "let_in_certificate"
    """Lets it like `let_alone`, pressed in the certificate."""
    TAKE_ALONE_BACK = "take_alone_back"
    """Opens the form to take back what goes alone."""
    CERTIFICATE = "certificate"
    """Opens the certificate of a workflow. Its value names that."""
    ALIKE = "alike"
    """Shows the cases that are like one."""
    OPEN_ROW = "open_row"
    """Opens one of the cases that are alike."""
    ALIKE_PAGE = "alike_page"
    """Turns to other rows. What follows says where to."""
    HOME_PAGE = "home_page"
    """Turns a list of the Home. What follows says where to."""
    GOT_IT = "got_it"
    REFRESH = "refresh_home"
    RERUN_ONE = "rerun_one"
    """Runs one case of a cause of failures again. Its value names that run in place of a version."""
    RERUN_ALL = "rerun_all"
    """Runs all cases of a cause again. Its value names the newest bulk rerun of it in place of a version."""
    RERUN_LATER = "rerun_later"
    """Have them run again after a pause, by itself."""
    RERUN_WELL = "rerun_well"
    """Have them run again once the cause's other system is well, by itself."""
    STOP_RERUN = "stop_rerun"
    """Stops a bulk rerun. Its value names that in place of a version."""
    MEND = "mend"
    IGNORE = "ignore_until"
    RESOLVE = "resolve"
    OPEN_AGAIN = "open_again"
    NEED = "need"
    """Acts on what a failure summary says needs somebody, as it stands when it is pressed."""
    CASE = "open_case"
    """Shows a case that a digest names. Its value is about a case; a number follows, since several stand together."""
    ORIGINAL = "open_original"
    """Gives a person a document of a case. Its value is about a case, with the place of the document in place of a
    version, 0 for the choice among several; a number follows where several stand together."""
    EXPAND = "choose_expand"
    """Chooses the course of a workflow. The value of this one and of the next ones is about the course."""
    HOLD = "choose_hold"
    STOP = "choose_stop"
    FORWARD = "forward"
    """Shows the text to forward."""
    PAUSE_CHOSEN = "pause_chosen"
    """Pauses a workflow of which leads chose that it is to stop."""
    START_CHECKS = "start_spot_checks"
    """Opens the next spot check of a workflow. Its value is about a digest, with a workflow in place of a version."""
    REASONS = "rejection_reasons"
    """Shows why people rejected proposals. Its value is about a digest, with a workflow in place of a version."""
    DEFINE_NUMBERS = "define_numbers"
    """Shows what each business number is. It carries nothing."""
    LOOKED = "looked_at_digest"
    """Says that somebody looked at a digest. Its value is about that."""
    SPOT_CHECKS = "spot_checks"
    """Opens the next spot check. It is about no row; on a card, the channel says whose."""
    READ_CASE = "read_case"
    """Shows the whole text of the case of a spot check. Its value is about that."""
    LEAVE = "leave_to_others"
    """Leaves a spot check to others. Its value is about that."""
    JUDGE = "judge_pack"
    """Opens the next case of a review pack. Its value is about a volume test, with the place after which it stands in
    place of a version.
    """
    JUDGE_WRONG = "judge_wrong"
    """Shows the form of a case of a review pack. Its value, and that of the next ones, is about that case, with its
    volume test in place of a version.
    """
    BACK_TO_PROPOSAL = "back_to_proposal"
    SKIP_PACKED = "skip_packed"
    """Leaves a case of a review pack for later and goes on to the next."""
    READ_PACKED = "read_packed"
    """Shows the whole text of a case of a review pack."""


FORM = "form!"
"""Beginning of the block_id that names a version of a form; no field can have that name."""


class Callback(StrEnum):
    """The modals: forms to submit, and pages to read."""

    EDIT = "edit"
    REJECT = "reject"
    RULE = "rule"
    REVIEW = "review"
    LIST = "list"
    STEP = "step"
    """A step of a review session."""
    GO_ON = "go_on"
    """A page from which a review session goes on."""
    SKIPPED = "show_skipped"
    """The page after the last step of a review session, from which it goes on with what was skipped."""
    GRID = "grid"
    """Cases that are alike. Its main button approves them."""
    GRID_ON = "grid_on"
    """The outcome of a press for many, from which one goes on to further ones."""
    GRID_DONE = "grid_done"
    """The outcome of a press for many so far. Its main button looks again."""
    SIGN_VERSION = "sign_version"
    """The form to sign a version that is refused. It is about the deployment, as the next one is."""
    ROLL_BACK = "roll_back"
    TAKE_ALONE_BACK = "take_alone_back"
    """The form to take back what goes alone. It is about the epoch."""
    READ = "read"
    CORRECT = "correct"
    ROW = "row"
    CORRECT_ROW = "correct_row"
    """A row of a list in the form that corrects a delivery."""
    CORRECT_INPUT = "correct_input"
    CORRECT_INPUT_ROW = "correct_input_row"
    """A row of a list in the form that puts the input of a case right."""
    REPORT = "report_wrong"
    """The shortcut of a message too."""
    HAND_IN = "hand_in"
    """The form of a case that is handed in, and the shortcut of a message that opens it."""
    HAND_IN_TO = "hand_in_to"
    """The choice of the workflow that a case is for, before its form."""
    ASK_SOURCE = "ask_source"
    ANSWER = "answer_for_them"
    ASSIGN = "assign"
    AWAY = "away"
    IGNORE = "ignore_until"
    COURSE = "course"
    """The course that was chosen for a workflow, with a note to add."""
    LOOKED = "looked_at_digest"
    """A note to add to one's look at a digest."""
    SPOT_CHECK = "spot_check"
    """The form of a case that went alone, without what was delivered."""
    SPOT_CHECK_ROW = "spot_check_row"
    """A row of a list in it."""
    SPOT_CHECK_GRADE = "spot_check_grade"
    """Two answers, and the grade of how they differ."""
    SIGN_EXCEPTION = "sign_exception"
    """The reason why a charter is signed without a volume test or a baseline."""
    SPOT_CHECK_ON = "spot_check_on"
    """A page from which one goes on to the next spot check."""
    PACK = "pack"
    """A case of a review pack with what is proposed. Its main button says that this is right."""
    PACK_FORM = "pack_form"
    """The form of a case of a review pack."""
    PACK_ROW = "pack_row"
    """A row of a list in it."""
    PACK_ON = "pack_on"
    """A page from which one goes on through a review pack. It is about the volume test, as the button is that opens it.
    """


ROWS = "rows!"
"""Beginning of the block_id that says which rows of which list a form shows."""
WARNED = "warned!"
"""Beginning of the block_id of a doubt about what a person typed, followed by its mark."""
WRONG = "wrong!"
"""Beginning of the block_id of an error in what a person typed."""
ALL = "*"
"""Stands for all workflows in the value of a button, which may not be empty."""
NOT_LISTED = "-"
"""Stands for the list in the reference of a modal that was opened from none."""
REWRITTEN = "rewritten!"
"""Beginning of the block_id that names texts which were written anew."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A row as a person was shown it: all that a button or a form carries.

    The action or the callback says which table it is about: Happened, Not happened, Deliver and Look are about a
    delivery, Correct and Correct input are about a case, those on the card of a cause, a course or a deployment are
    about that, those of a spot check, an improvement, an epoch or a case of a review pack about that, Sign is about
    terms, and all others are about a review.
    """

    id: int
    """Of the review, the delivery or the case."""
    version: int
    """Version of the review, attempt at the delivery, run that delivered the case, or number of moves of its runs.

    It has to be the same still.
    """
    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""

    def __str__(self) -> str:
        return f"{self.id}.{self.version}" + (f".{self.generation}" if self.generation else "")

    @classmethod
    def read(cls, value: str) -> "Shown":
        """Read a reference from Slack. Raise `Refused` for a text that no button of ours carries."""
        parts = value.split(".")
        if len(parts) in (2, 3) and all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            id, version, generation = (*map(int, parts), 0)[:3]
            shown = cls(id=id, version=version, generation=generation)
            # Written in another way, such as 07.1, it is none of ours either.
            if str(shown) == value:
                return shown
        raise Refused("this button is not from Countersign")


def chosen(action: Action, shown: Shown) -> str:
    """Return the value of a choice in a menu."""
    return f"{action}{_OF}{shown}"


def read_chosen(value: str) -> tuple[str, str]:
    """Return the action of a choice in a menu, and what that is about. Any text is taken."""
    action, _, shown = value.partition(_OF)
    return action, shown


_OF = ":"
_SESSION = "~"
_ALIKE = "="


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A page of the list of reviews, or a review session. The modals opened from it carry this."""

    among: str = ""
    """Channel whose cards these are, or workflow; empty: all."""
    first: int = 0
    """Place of the page's first review, from 0."""
    progress: Progress | None = None
    """Progress of the review session, also where cases that are alike are shown in it; None for the list."""
    alike: int = 0
    """Review whose like are shown, in place of the list or the session's step; 0 for these."""

    @property
    def is_session(self) -> bool:
        """True for a step of a review session."""
        return self.progress is not None and not self.alike

    @property
    def session(self) -> "Listed | None":
        """Review session that this is, or was opened from; None where there is none."""
        return replace(self, alike=0, first=0) if self.progress is not None else None

    def __str__(self) -> str:
        place = f"{self.among}.{self.first}" + (f"{_ALIKE}{self.alike}" if self.alike else "")
        return place if self.progress is None else f"{place}{_SESSION}{self.progress}"

    @classmethod
    def read(cls, value: str) -> "Listed":
        """Read a reference from Slack; an unknown text means the first page of all."""
        where, is_session, progress = value.partition(_SESSION)
        place, _, alike = where.partition(_ALIKE)
        among, _, first = place.rpartition(".")
        so_far = Progress.read(progress) if is_session else None
        if not _PAGE.fullmatch(first) or not _AMONG.fullmatch(among):
            return cls(progress=so_far)
        like = int(alike) if _ID.fullmatch(alike) else 0
        return cls(among=among, first=int(first), progress=so_far, alike=like)


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Cases that are alike, as a modal shows them."""

    shown: Shown
    """One of them, which names the others."""
    rows: Sequence[Shown] = ()
    """Those that its main button approves, or that were to be approved."""
    first: int = 0
    """Place of the first row, from 0."""

    def __str__(self) -> str:
        return "-".join((str(self.first), *(f"{row.id}.{row.version}" for row in self.rows)))

    @classmethod
    def read(cls, shown: Shown, value: str) -> "Alike":
        """Read a reference from Slack. Raise `Refused` for a text that no modal of ours carries."""
        first, *rows = value.split("-")
        if not _PAGE.fullmatch(first):
            raise Refused("this page is not from Countersign")
        named = [replace(Shown.read(row), generation=shown.generation) for row in rows]
        return cls(shown=shown, rows=named, first=int(first))


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a list in a form: all that its buttons and the form of the row carry."""

    field: str
    place: int
    """From 0; the number of rows for a row that is added."""

    def __str__(self) -> str:
        return f"{self.field}.{self.place}"

    @classmethod
    def read(cls, value: str) -> "Row":
        """Read a reference from Slack. Raise `Refused` for a text that no button of ours carries."""
        field, _, place = value.rpartition(".")
        if not field or not _PAGE.fullmatch(place):
            raise Refused("this button is not from Countersign")
        return cls(field=field, place=int(place))


@dataclass(frozen=True, kw_only=True)
class Handing:
    """A case that is being handed in: all that its forms carry."""

    workflow: str | None = None
    """Name of the workflow; None while it is still to be chosen."""
    place: str | None = None
    """The message that is handed in, as `C0INBOX/1700000000.000100`; None where there is none."""
    author: str | None = None
    """The person who wrote it."""
    thread: str | None = None
    """The message that began the thread in which it stands, in the same form; None where it stands in none."""
    files: tuple[str, ...] = ()
    """Ids of the files of the message."""

    def __str__(self) -> str:
        parts = (self.workflow, self.place, self.author, self.thread, ",".join(self.files))
        return " ".join(part or NOT_LISTED for part in parts)

    @classmethod
    def read(cls, value: str) -> "Handing":
        """Read a reference from Slack. Raise `Refused` for a text that no form of ours carries."""
        parts = [None if part == NOT_LISTED else part for part in value.split(" ")]
        # A form that was opened before an update knows of no files.
        if len(parts) not in (4, 5):
            raise Refused("this form is not from Countersign")
        workflow, place, author, thread, *rest = parts
        files = tuple(rest[0].split(",")) if rest and rest[0] is not None else ()
        if (
            any(one is not None and not _MESSAGE.fullmatch(one) for one in (place, thread))
            or (author is not None and not _AUTHOR.fullmatch(author))
            or not all(FILE_ID.fullmatch(one) for one in files)
        ):
            raise Refused("this form is not from Countersign")
        return cls(workflow=workflow, place=place, author=author, thread=thread, files=files)


@dataclass(frozen=True, kw_only=True)
class OpenRow:
    """A row whose form is open, and the form that it belongs to."""

    row: Row
    mark: str
    """Of the rows as they were shown."""
    generation: int
    """Of the form below."""
    is_alone: bool
    """True if the row's form stands in place of the form, since no more modals can be put on each other."""

    def __str__(self) -> str:
        return f"{self.row}.{self.mark}.{self.generation}.{int(self.is_alone)}"

    @classmethod
    def read(cls, value: str) -> "OpenRow":
        """Read a reference from Slack. Raise `Refused` for a text that no form of ours carries."""
        row, mark, generation, is_alone = (*value.rsplit(".", 3), "", "", "")[:4]
        if not (_MARK.fullmatch(mark) and _PAGE.fullmatch(generation) and is_alone in ("0", "1")):
            raise Refused("this form is not from Countersign")
        return cls(row=Row.read(row), mark=mark, generation=int(generation), is_alone=is_alone == "1")


@dataclass(frozen=True, kw_only=True)
class HomePlace:
    """The pages that a person's Home shows. It is carried by the Home itself, which Slack keeps for each person."""

    place: Place = field(default_factory=Place)
    is_tour_read: bool = False
    """True if the person said that they have read how reviewing works. Nothing else depends on it."""

    def __str__(self) -> str:
        parts = (self.place.in_hand, self.place.queues, self.place.decided, self.place.charters)
        return ".".join(map(str, (*parts, int(self.is_tour_read))))

    @classmethod
    def read(cls, value: str) -> "HomePlace":
        """Read it as Slack gives it back; an unknown text means the first pages."""
        parts = value.split(".")
        if len(parts) != 5 or not all(_PAGE.fullmatch(part) for part in parts):
            return cls()
        in_hand, queues, decided, charters, is_tour_read = map(int, parts)
        place = Place(in_hand=in_hand, queues=queues, decided=decided, charters=charters)
        return cls(place=place, is_tour_read=is_tour_read == 1)


@dataclass(frozen=True, kw_only=True)
class TurnedTo:
    """A page of a list of the Home."""

    which: str
    """Name of the list in `Place`."""
    first: int

    def __str__(self) -> str:
        return f"{self.which}.{self.first}"

    @classmethod
    def read(cls, value: str) -> "TurnedTo":
        """Read a reference from Slack. Raise `Refused` for a text that no button of ours carries."""
        which, _, first = value.partition(".")
        if which not in {one.name for one in fields(Place)} or not _PAGE.fullmatch(first):
            raise Refused("this button is not from Countersign")
        return cls(which=which, first=int(first))


@dataclass(frozen=True, kw_only=True)
class NeedShown:
    """A need, as a failure summary showed it: all that its button carries."""

    kind: NeedKind
    about: About
    id: int
    """Of the row that it is about; 0 where it has none."""
    version: int
    """Seconds from 1970 to the time since when it stands; 0 where that does not matter."""
    generation: int

    def __str__(self) -> str:
        return f"{self.kind}.{self.about}.{self.id}.{self.version}.{self.generation}"

    @classmethod
    def of(cls, need: Need, *, generation: int) -> "NeedShown":
        """Return the reference of a need. `generation`: of the summary."""
        since = int(need.since.timestamp()) if need.since is not None else 0
        return cls(kind=need.kind, about=need.about, id=need.id, version=since, generation=generation)

    @classmethod
    def read(cls, value: str) -> "NeedShown":
        """Read a reference from Slack. Raise `Refused` for a text that no button of ours carries."""
        parts = value.split(".")
        if len(parts) != 5 or parts[0] not in list(NeedKind) or parts[1] not in list(About):
            raise Refused("this button is not from Countersign")
        kind, about, *numbers = parts
        if not all(map(_ID.fullmatch, numbers)):
            raise Refused("this button is not from Countersign")
        id, version, generation = map(int, numbers)
        return cls(kind=NeedKind(kind), about=About(about), id=id, version=version, generation=generation)


_MESSAGE = re.compile(r"[CDG][A-Z0-9]{2,20}/[0-9]{1,12}\.[0-9]{1,8}")
FILE_ID = re.compile(r"F[A-Z0-9]{2,30}")
_AUTHOR = re.compile("[A-Z][A-Z0-9]{2,20}")
_MARK = re.compile("[0-9a-f]{12}")
_ID = re.compile("[0-9]{1,18}")
_PAGE, _AMONG = re.compile("[0-9]{1,6}"), re.compile("[A-Z0-9]{0,40}|[a-z0-9-]{1,100}")
