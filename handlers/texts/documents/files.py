"""The words about files that were not taken: which, why, and what to do."""

from collections.abc import Mapping, Sequence

from handlers.texts.answers import sentence
from handlers.texts.pieces import Told, line, words
from workflows.documents.refusals import Why
from workflows.engine.sources.heard.views import FileProblem, FilesRefusedNote, NoFile
from workflows.engine.text.sanitize import one_line

BEING_READ = "Being read"
STILL_BEING_READ = "The file is still being read. Submit again in a few seconds: nothing is lost."
CHOOSE = "PDF, PNG, JPEG, TIFF, or a mail (.eml)."
_WHY: Mapping[NoFile | Why, str] = {
    Why.TOO_LARGE: "it is too large. Send a smaller file",
    Why.TOO_MANY_PAGES: "it has too many pages. Send the pages that matter",
    Why.TOO_MANY_PIXELS: "its picture has too many pixels. Send it smaller",
    Why.TOO_MUCH_TEXT: "it has too much text. Send the pages that matter",
    Why.TOO_MANY_FILES: "it holds too many files. Send those that matter one by one",
    Why.TOO_MANY_UNNAMED: "too many files wait without a case. Send it again tomorrow",
    Why.NOT_KEPT: "it cannot be kept here just now. Send it again later, and tell an engineer",
    Why.BUSY: "too many other files are being read. Send it again in a minute",
    Why.EMPTY: "it is empty. Send it again",
    Why.OTHER_KIND: "it is not a PDF, picture or mail. Send it as a PDF",
    Why.ENCRYPTED: "it is protected by a password. Send it without one",
    Why.BROKEN: "it cannot be read. Save it anew as a PDF, and send that",
    Why.TOO_SLOW: "reading it took too long. Print it as a new PDF, and send that",
    Why.NO_PLACE: "no documents are kept here. Tell an engineer",
    NoFile.GONE: "it was deleted. Send it again",
    NoFile.ELSEWHERE: "it is in another system, and only linked here. Upload the file itself",
    NoFile.HIDDEN: "the workspace's plan hides it. Send it again",
    NoFile.NOT_READABLE: "Countersign may not read it. Tell an engineer: its scope files:read may be missing",
    NoFile.NOT_THEIRS: "another person uploaded it. Choose a file of your own",
    NoFile.TOO_MANY: "too many files came at once. Send it in another message",
    NoFile.UNREACHABLE: "it could not be fetched. Send it again",
}


def why_not(why: NoFile | Why) -> str:
    """Say why a file was not taken, and what to do."""
    return _WHY.get(why, "it could not be read. Send it again")


def why_in_brief(why: Why) -> str:
    """Say why a file was not taken, for whoever can do nothing about it."""
    return why_not(why).partition(". ")[0]


def complaints(problems: Sequence[FileProblem]) -> dict[str, str]:
    """Return field -> what is wrong with its files."""
    found: dict[str, str] = {}
    for one in problems:
        several = sum(other.field == one.field for other in problems) > 1 or one.place > 1
        said = f"{f'file {one.place}: ' if several else ''}{why_not(one.why)}"
        found[one.field] = f"{found[one.field]} {sentence(said)}" if one.field in found else sentence(said)
    return found


def refused(note: FilesRefusedNote) -> Told:
    """Tell whoever sent files which were not taken."""
    said = [_of_message(one, note) if note.is_message else _of_form(one, note) for one in note.problems]
    if note.misfits:
        fields = ", ".join(one_line(label, 40) for label in note.misfits)
        said.append(f"The form does not take the values in {fields}")
    first = "" if note.is_message else f"Nothing was handed in to {note.workflow}. "
    last = "" if note.is_message else " Hand it in again: /countersign submit"
    text = f"{first}{'. '.join(said)}.{last}"
    return Told(brief=text, parts=[[line(words(text))]])


def being_read(workflow: str, *, is_told_in_thread: bool) -> Told:
    """Tell a person that their files are being read, and where they hear of it."""
    where = "in the thread of the message" if is_told_in_thread else "by a direct message"
    said = f"Your files for {workflow} are being read. You can close this: you are told {where} what became of it."
    return Told(brief=said, parts=[[line(words(said))]])


def from_message(names: Sequence[str]) -> str:
    """Say which files of a message are taken where none is chosen."""
    shown = ", ".join(one_line(name, 60) or "a file" for name in names)
    return f"From the message: {shown}. A file that you choose here takes its place."


def present(names: str) -> str:
    """Say which files a field has, where none is chosen."""
    return f"Present: {one_line(names, 300)}. A file that you choose here takes its place."


def _of_message(one: FileProblem, note: FilesRefusedNote) -> str:
    which = "The file of this message" if note.files == 1 else f"File {one.place} of {note.files} in this message"
    return f"{which} was not taken by {note.workflow}: {why_not(one.why)}"


def _of_form(one: FileProblem, note: FilesRefusedNote) -> str:
    label = one_line(note.labels.get(one.field, one.field), 60)
    return f"{label}: {why_not(one.why)}" if label else why_not(one.why)
