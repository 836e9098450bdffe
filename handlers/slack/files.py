"""Files of the workspace, fetched with the bot's token.

The token goes to Slack's own host of files and nowhere else: whatever address a file names, another host is never
asked, and no redirect is followed. What comes is counted while it is read.
"""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx2
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.slack.error_codes import NOT_DONE, code_of
from workflows.documents.refusals import Why
from workflows.engine.sources.heard.files import Fetched, FileNotGiven, FileUnreachable
from workflows.engine.sources.heard.views import NoFile

log = structlog.get_logger()

SCOPE = "files:read"
_HOSTS = {"slack.com": "files.slack.com", "slack-gov.com": "files.slack-gov.com"}
"""Domain of the Web API -> host of its files. Any other address of the Web API, such as a sandbox's, has its files
beside it.
"""
_CONNECT_SECONDS = 5.0
_SECONDS = 60.0
"""Seconds for one file."""
_GONE = frozenset({"file_not_found", "file_deleted"})
_HIDDEN = "hidden_by_limit"
_HOSTED = frozenset({"hosted", "snippet", "email", "docs", "post", "space"})
"""Modes of files whose content Slack has itself."""


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    name: str = ""
    user: str = ""
    mode: str = ""
    size: int = 0
    is_external: bool = False
    mimetype: str = ""
    url_private: str = ""
    url_private_download: str = ""


class SlackFiles:
    """The files of a workspace, as far as the bot may read them."""

    def __init__(self, client: WebClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`client`: with the bot's token. `clock`: seconds."""
        self._client = client
        self._clock = clock

    def fetch(self, file: str, *, most: int) -> Fetched:
        """Fetch a file of at most `most` bytes. Raise `FileNotGiven` or `FileUnreachable`."""
        about = self._about(file)
        if about.mode == _HIDDEN:
            raise FileNotGiven(NoFile.HIDDEN)
        if about.mode == "tombstone":
            raise FileNotGiven(NoFile.GONE)
        if about.is_external or about.mode not in _HOSTED:
            raise FileNotGiven(NoFile.ELSEWHERE)
        if about.size > most:
            raise FileNotGiven(Why.TOO_LARGE)
        address = about.url_private_download or about.url_private
        if not self._is_of_slack(address):
            log.warning("file.from_elsewhere", file=file)
            raise FileNotGiven(NoFile.ELSEWHERE)
        return Fetched(name=about.name, data=self._read(address, about, most=most), owner=about.user)

    def _about(self, file: str) -> _File:
        try:
            found: Any = self._client.files_info(file=file)["file"]  # Any: it is read below
            return _File.model_validate(found)
        except SlackApiError as error:
            code = code_of(error)
            if code in _GONE:
                raise FileNotGiven(NoFile.GONE) from error
            if code in ("missing_scope", "access_denied", "not_allowed_token_type"):
                raise FileNotGiven(NoFile.NOT_READABLE) from error
            raise FileUnreachable(code) from error
        except (ValidationError, KeyError) as error:
            raise FileNotGiven(NoFile.NOT_READABLE) from error
        except NOT_DONE as error:
            raise FileUnreachable(code_of(error)) from error

    def _is_of_slack(self, address: str) -> bool:
        """Tell whether an address is on the host of the workspace's files."""
        api = urlsplit(self._client.base_url)
        try:
            asked = urlsplit(address)
            places = (asked.scheme, asked.hostname, asked.port)
        except ValueError:
            return False
        if asked.username is not None or asked.password is not None:
            return False
        domain = ".".join((api.hostname or "").split(".")[-2:])
        host = _HOSTS.get(domain)
        if host is None:
            return places == (api.scheme, api.hostname, api.port)
        return places[:2] == ("https", host) and places[2] in (None, 443)

    def _read(self, address: str, about: _File, *, most: int) -> bytes:
        # Not compressed: then what is counted is what is kept.
        headers = {"Authorization": f"Bearer {self._client.token}", "Accept-Encoding": "identity"}
        timeout = httpx2.Timeout(_SECONDS, connect=_CONNECT_SECONDS)
        try:
            with (
                httpx2.Client(proxy=self._client.proxy, trust_env=False, timeout=timeout) as http,
                http.stream("GET", address, headers=headers, follow_redirects=False) as answer,
            ):
                self._refuse(answer, about)
                return self._counted(answer, most=most)
        except httpx2.HTTPError as error:
            raise FileUnreachable(type(error).__name__) from error

    def _refuse(self, answer: httpx2.Response, about: _File) -> None:
        """Raise `FileNotGiven` or `FileUnreachable` for an answer that is not the file."""
        status = answer.status_code
        if status in (404, 410):
            raise FileNotGiven(NoFile.GONE)
        if status == 429 or status >= 500:
            raise FileUnreachable(f"http_{status}")
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        is_page = kind == "text/html" and about.mimetype != kind
        is_packed = answer.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")
        if status != 200 or is_page or is_packed:
            # Slack sends whoever may not read a file to a page where people sign in.
            raise FileNotGiven(NoFile.NOT_READABLE)

    def _counted(self, answer: httpx2.Response, *, most: int) -> bytes:
        until, data = self._clock() + _SECONDS, bytearray()
        for piece in answer.iter_raw():
            data += piece
            if len(data) > most:
                raise FileNotGiven(Why.TOO_LARGE)
            if self._clock() > until:
                raise FileUnreachable("slow")
        return bytes(data)
