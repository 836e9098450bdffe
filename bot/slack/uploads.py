"""Uploads: the files that Slack is given, which are pictures of pages and originals, and those that it gives back.

A row names a file before its bytes are sent. Where the outcome of an upload is not known, that file is deleted and
another one uploaded, so that none stands twice. A picture is uploaded apart from any channel: the blocks that name it
show it to whoever sees them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx2
import structlog
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.slack.calls import Calls, NotTaken
from handlers.slack import limits
from handlers.texts.documents import pages as texts
from store.db import failpoints
from store.db.failpoints import Failpoint
from store.subjects import Subject, SubjectKind
from workflows.documents.places.marks import MarkedPage
from workflows.documents.refusals import DocumentMissing, DocumentRefused
from workflows.engine.case import notices
from workflows.engine.context import Context
from workflows.engine.documents import shown
from workflows.engine.errors import ContentRemoved
from workflows.engine.review.pages import originals
from workflows.engine.review.pages import pictures as pages
from workflows.engine.review.pages.pictures import Pages
from workflows.engine.send.refusals import Refusal, Then
from workflows.engine.send.views import Intent
from workflows.engine.text.sanitize import one_line
from workflows.retry_after import seconds_asked

log = structlog.get_logger()

PLACE, COMPLETE, DELETE = "files.getUploadURLExternal", "files.completeUploadExternal", "files.delete"
SEND = "upload"
"""The name of the request with the bytes of a file, which is no method of Slack's API."""
_SECONDS = 30.0
"""Seconds for that request."""
_UNTIL_SOMEBODY_ACTS = frozenset(
    {
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "over_file_storage_limit",
        "storage_limit_reached",
        "team_added_to_org",
    }
)
"""Slack's codes for files that it takes of nobody here: they wait, and messages go on."""
_GONE = frozenset({"file_deleted", "file_not_found"})
"""Slack's codes for a file that is not there."""


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A place at Slack for a file."""

    id: str
    """Slack's id of the file."""
    url: str
    """Address that its bytes are sent to."""


class Uploads:
    """The files of one sender."""

    def __init__(self, context: Context, client: WebClient) -> None:
        """Use a client without retries."""
        self._context = context
        self._client = client
        self._calls = Calls(context)

    def bring(self, intent: Intent) -> int:
        """Give Slack the files that an intent wants, as far as it has not got them; returns how many. Raise `NotTaken`.

        What nobody is to see any more is not given.
        """
        try:
            if intent.kind == notices.PAGES:
                return self._give_pages(intent.subject)
            return self._give_original(intent)
        except ContentRemoved:
            return 0

    def take_back(self) -> None:
        """Delete files whose time is over, as many as go at once."""
        for file in shown.going(self._context):
            try:
                self._delete(file.file)
            except NotTaken as error:
                wait = timedelta(seconds=error.refused.after or 1.0) if error.refused.then is Then.WAIT else None
                shown.not_gone(self._context, file, error=error.refused.code, wait=wait)
                log.warning("file.not_taken_back", file=file.file, code=error.refused.code)
                if error.refused.then in (Then.WAIT, Then.LATER, Then.NO_TOKEN):
                    return
            else:
                shown.gone(self._context, file.row)
                log.info("file.taken_back", file=file.file)

    def _give_pages(self, subject: Subject) -> int:
        of = pages.pages_of_check if subject.kind == SubjectKind.SPOT_CHECK else pages.pages_of
        wanted = of(self._context, subject.id)
        if wanted is None:
            return 0
        self._clear(pages.cut_off(self._context, wanted))
        given = sum(self._give_page(wanted, page) for page in pages.lacking(self._context, wanted))
        pages.ready(self._context, wanted)
        return given

    def _give_page(self, wanted: Pages, page: MarkedPage) -> bool:
        """Give Slack the picture of a page; False where it cannot be drawn, or the case was forgotten meanwhile."""
        try:
            picture = self._context.documents.picture(page, cropped=True)
        except (DocumentMissing, DocumentRefused) as error:
            log.warning("page.not_drawn", case=wanted.case, page=page.page, error=type(error).__name__)
            return False
        view = pages.page_view(wanted, page)
        file = self._place(f"page-{page.page}.png", len(picture), alt=texts.alt(view))
        row = shown.begin(
            self._context,
            wanted.case,
            sha256=page.sha256,
            file=file.id,
            page=page.page,
            fields=[mark.field for mark in page.marks],
            review=wanted.review,
        )
        if row is None:
            return False
        self._send(file.url, picture)
        self._complete(file.id, title=texts.page_title(view))
        shown.finish(self._context, row)
        return True

    def _give_original(self, intent: Intent) -> int:
        wanted = originals.to_give(self._context, intent.subject.id, intent.about)
        if wanted is None or wanted.is_there:
            return 0
        self._clear(wanted.cut_off)
        data, channel = wanted.data, intent.about["in"]
        file = self._place(wanted.file_name, len(data))
        row = shown.begin(
            self._context,
            intent.subject.id,
            sha256=wanted.sha256,
            file=file.id,
            channel=channel,
            by=wanted.by,
            lasts=originals.LASTS,
        )
        if row is None:
            return 0
        self._send(file.url, data)
        self._complete(file.id, title=wanted.file_name, channel=channel)
        shown.finish(self._context, row)
        return 1

    def _clear(self, files: Sequence[shown.Going]) -> None:
        """Delete files of which nobody knows what became. Raise `NotTaken`."""
        for file in files:
            self._delete(file.file)
            shown.gone(self._context, file.row)

    def _place(self, name: str, length: int, *, alt: str | None = None) -> _Place:
        kept = one_line(alt, limits.FILE_ALT_TEXT) if alt is not None else None
        answer = self._make(
            PLACE, lambda: self._client.files_getUploadURLExternal(filename=name, length=length, alt_txt=kept)
        )
        return _Place(id=str(answer["file_id"]), url=str(answer["upload_url"]))

    def _send(self, url: str, data: bytes) -> None:
        """Send the bytes of a file to the place that Slack named. They concern no message. Raise `NotTaken`."""
        failpoints.before(Failpoint.MESSAGE, SEND)
        try:
            # By the same proxy as every call of Slack's API.
            with httpx2.Client(proxy=self._client.proxy, trust_env=False, timeout=_SECONDS) as http:
                answer = http.post(url, content=data)
        except httpx2.HTTPError as error:
            raise NotTaken(Refusal(then=Then.LATER, code=type(error).__name__), SEND) from error
        failpoints.after(Failpoint.MESSAGE, SEND)
        if answer.status_code == 429:
            raise NotTaken(Refusal(then=Then.WAIT, code="ratelimited", after=self._asked(answer)), SEND)
        if answer.status_code != 200:
            raise NotTaken(Refusal(then=Then.LATER, code=f"http_{answer.status_code}"), SEND)

    def _asked(self, answer: httpx2.Response) -> float | None:
        said, date = answer.headers.get("retry-after", ""), answer.headers.get("date", "")
        return seconds_asked(said, date=date, now=self._context.clock())

    def _make(self, method: str, call: Callable[[], SlackResponse]) -> SlackResponse:
        """Call Slack. Raise `NotTaken`: what Slack takes of nobody holds up these files, and nothing else."""
        try:
            return self._calls.make(method, "", call)
        except NotTaken as error:
            if error.refused.code not in _UNTIL_SOMEBODY_ACTS:
                raise
            raise NotTaken(replace(error.refused, then=Then.NO_CHANNEL), method) from error

    def _complete(self, file: str, *, title: str, channel: str | None = None) -> None:
        files: list[dict[str, str | None]] = [{"id": file, "title": title}]
        self._make(COMPLETE, lambda: self._client.files_completeUploadExternal(files=files, channel_id=channel))

    def _delete(self, file: str) -> None:
        try:
            self._make(DELETE, lambda: self._client.files_delete(file=file))
        except NotTaken as error:
            if error.refused.code not in _GONE:
                raise
