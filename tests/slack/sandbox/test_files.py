"""Files: the app uploads in three steps, a person attaches or chooses them, and each may read theirs."""

from collections.abc import Callable
from functools import partial

import httpx2
import pytest
from pydantic import JsonValue
from slack_sdk import WebClient

from bot.sandbox.client import Person
from bot.sandbox.client.caller import Refused
from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.json import objects
from bot.sandbox.state.sandbox import BOT_TOKEN
from tests.slack.sandbox.building import Object
from tests.slack.sandbox.conftest import SUPPORT, App, dig, error_of, messages_of, refusal_of

pytestmark = pytest.mark.slow

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)
PDF = b"%PDF-1.7\n%%EOF\n"
HTML = b"<script>alert(1)</script>"
SCOPES = ["chat:write", "commands", "channels:history", "files:read", "files:write"]


@pytest.fixture
def running(running: Running) -> Running:
    running.administrator.set_scopes(SCOPES)
    return running


@pytest.fixture
def send(slack: WebClient) -> "Send":
    return Send(slack)


class Send:
    """The three steps, one by one."""

    def __init__(self, slack: WebClient) -> None:
        self.slack = slack

    def begin(self, data: bytes, name: str = "page.png") -> tuple[str, str]:
        given = self.slack.files_getUploadURLExternal(filename=name, length=len(data))
        return str(given["file_id"]), str(given["upload_url"])

    def finished(self, data: bytes = PNG, name: str = "page.png") -> str:
        """Upload a file that is in no conversation, and return its id."""
        id, url = self.begin(data, name)
        assert httpx2.post(url, content=data, trust_env=False).status_code == 200
        self.slack.files_completeUploadExternal(files=[{"id": id, "title": "Page 1"}])
        return id


def get(url: object, token: str = BOT_TOKEN) -> httpx2.Response:
    return httpx2.get(str(url), headers={"Authorization": f"Bearer {token}"}, trust_env=False)


def picture(**named: str) -> Object:
    return {"type": "image", "alt_text": "Page 1 of invoice.pdf", "slack_file": dict(named)}


def test_the_official_client_uploads_into_a_thread_and_people_see_it(slack: WebClient, ana: Person) -> None:
    parent = slack.chat_postMessage(channel=SUPPORT, text="A card")["ts"]
    sent = slack.files_upload_v2(
        content=PNG,
        filename="page.png",
        title="Page 1",
        alt_txt="Total marked",
        channel=SUPPORT,
        thread_ts=parent,
        initial_comment="The pages",
    )
    message = ana.messages(SUPPORT)[-1]
    assert (message.text, message.thread_ts) == ("The pages", parent)
    (file,) = message.files
    assert (file["id"], file["mimetype"], file["alt_txt"], file["title"]) == (
        sent["file"]["id"],
        "image/png",
        "Total marked",
        "Page 1",
    )
    assert ana.file(str(file["id"])).content == PNG
    assert get(file["url_private"]).content == PNG


def test_other_bytes_than_were_announced_are_refused_and_so_is_what_is_unfinished(slack: WebClient, send: Send) -> None:
    id, url = send.begin(PNG)
    assert httpx2.post(url, content=PNG[:-1], trust_env=False).status_code == 400
    assert error_of(lambda: slack.files_completeUploadExternal(files=[{"id": id}])) == "file_not_found"
    assert error_of(lambda: slack.files_info(file=id)) == "file_not_found"
    assert error_of(lambda: slack.files_completeUploadExternal(files=[{"id": "F0UNKNOWN00"}])) == "file_not_found"
    assert httpx2.post(f"{url}x", content=PNG, trust_env=False).status_code == 404
    assert httpx2.post(url, content=PNG, trust_env=False).status_code == 200
    assert httpx2.post(url, files={"file": ("page.png", PNG)}, trust_env=False).status_code == 200
    slack.files_completeUploadExternal(files=[{"id": id}])
    assert error_of(lambda: slack.files_completeUploadExternal(files=[{"id": id}])) == "file_not_found"
    assert httpx2.post(url, content=PNG, trust_env=False).status_code == 404


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"filename": "a.txt", "length": 0}, "missing_argument"),
        ({"filename": "", "length": 3}, "missing_argument"),
        ({"filename": "a.png", "length": 3, "alt_txt": "x" * 1_001}, "alt_txt_too_large"),
        ({"filename": "a.py", "length": 1_000_001, "snippet_type": "python"}, "snippet_too_large"),
        ({"filename": "a.bin", "length": 10**10}, "file_upload_size_restricted"),
    ],
)
def test_a_place_for_a_file_has_slack_s_limits(given: dict[str, object], code: str, slack: WebClient) -> None:
    assert error_of(lambda: slack.files_getUploadURLExternal(**given)) == code  # type: ignore[arg-type]  # as it is


def test_a_file_is_shared_only_where_the_app_is(slack: WebClient, send: Send) -> None:
    id, url = send.begin(PNG)
    httpx2.post(url, content=PNG, trust_env=False)
    share = slack.files_completeUploadExternal
    assert error_of(lambda: share(files=[{"id": id}], channel_id="C0GENERAL")) == "not_in_channel"
    assert error_of(lambda: share(files=[{"id": id}], channel_id=SUPPORT, thread_ts="1.000001")) == "invalid_thread_ts"
    share(files=[{"id": id}], channel_id=SUPPORT)


def test_each_method_needs_its_scope(running: Running, slack: WebClient, send: Send) -> None:
    id = send.finished()
    url = slack.files_info(file=id)["file"]["url_private"]
    running.administrator.set_scopes(["chat:write"])
    assert refusal_of(lambda: slack.files_info(file=id))["needed"] == "files:read"
    for call in (
        lambda: slack.files_getUploadURLExternal(filename="a", length=1),
        lambda: slack.files_completeUploadExternal(files=[{"id": id}]),
        lambda: slack.files_delete(file=id),
    ):
        assert refusal_of(call)["needed"] == "files:write"
    assert get(url).status_code == 302


def test_content_is_for_the_bot_and_for_those_who_see_the_file(
    slack: WebClient, ana: Person, running: Running, send: Send
) -> None:
    """A request without a token is sent to a page to sign in, as Slack does."""
    own = ana.upload("secret.pdf", PDF)
    assert error_of(lambda: slack.files_info(file=own)) == "file_not_found"
    assert running.person("U0EVE").file(own).status_code == 404
    ana.say("C0LEADS", "for leads", files=[own])
    shown = slack.files_info(file=own)["file"]
    assert (shown["user"], shown["mimetype"], shown["size"], shown["channels"]) == (
        "U0ANA",
        "application/pdf",
        len(PDF),
        ["C0LEADS"],
    )
    assert get(shown["url_private_download"]).content == PDF
    assert get(shown["url_private"], "xoxb-wrong").status_code == 302
    assert running.person("U0LEE").file(own).content == PDF
    assert running.person("U0EVE").file(own).status_code == 404
    assert httpx2.get(f"{running.url}/control/files/{own}?user=U0ANA", trust_env=False).status_code == 401


@pytest.mark.parametrize(("name", "data"), [("a.html", HTML), ("a.svg", b"<svg/>"), ("a.png", HTML), ("a.pdf", HTML)])
def test_nothing_that_could_run_is_ever_shown(name: str, data: bytes, slack: WebClient, ana: Person) -> None:
    """A22: by its content, whatever its name says, such a file is offered for download."""
    file = ana.upload(name, data)
    ana.say(SUPPORT, "look", files=[file])
    for answer in (ana.file(file), get(slack.files_info(file=file)["file"]["url_private"])):
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


def test_a_message_with_files_tells_the_app_which(app: App, ana: Person) -> None:
    file = ana.upload("Rechnung Mai.pdf", PDF)
    ana.say(SUPPORT, "", files=[file])
    told = next(one.payload["event"] for one in app.received if one.payload["event"]["type"] == "message")
    assert (told["subtype"], told["text"], told["files"][0]["id"]) == ("file_share", "", file)
    shared = next(one.payload["event"] for one in app.received if one.payload["event"]["type"] == "file_shared")
    assert (shared["file_id"], shared["channel_id"]) == (file, SUPPORT)
    with pytest.raises(Refused, match="uploaded no file"):
        ana.say(SUPPORT, "", files=["F0NOTHING0"])


def test_a_deleted_file_says_so_in_its_message(slack: WebClient, ana: Person, send: Send) -> None:
    shown = slack.files_upload_v2(content=PNG, filename="page.png", channel=SUPPORT)["file"]
    slack.files_delete(file=shown["id"])
    assert ana.messages(SUPPORT)[-1].files == [{"id": shown["id"], "mode": "tombstone"}]
    assert error_of(lambda: slack.files_info(file=shown["id"])) == "file_deleted"
    assert get(shown["url_private"]).status_code == 404
    theirs = ana.upload("own.pdf", PDF)
    ana.say(SUPPORT, "", files=[theirs])
    assert error_of(lambda: slack.files_delete(file=theirs)) == "cant_delete_file"


def test_files_elsewhere_and_of_other_workspaces_come_without_an_address_to_read(
    app: App, running: Running, slack: WebClient, ana: Person
) -> None:
    ana.say(
        SUPPORT,
        "",
        files=[ana.upload("drive.pdf", PDF, mode="external"), ana.upload("old.pdf", PDF, mode="hidden_by_limit")],
    )
    external, hidden = ana.messages(SUPPORT)[-1].files
    assert (external["mode"], "url_private_download" in external) == ("external", False)
    assert (hidden["mode"], "name" in hidden) == ("hidden_by_limit", False)


def test_a_picture_in_a_block_is_one_that_the_app_may_read(slack: WebClient, ana: Person, send: Send) -> None:
    """It is seen by whoever sees the message, though it is shared nowhere."""
    id = send.finished()
    slack.chat_postMessage(channel=SUPPORT, text="Page 1", blocks=[picture(id=id)])
    assert ana.file(id).content == PNG
    url = slack.files_info(file=id)["file"]["url_private"]
    slack.chat_postMessage(channel=SUPPORT, text="Page 1", blocks=[picture(url=url)])
    for wrong in (ana.upload("theirs.png", PNG), send.finished(PDF, "page.pdf"), "F0UNKNOWN00"):
        blocks = [picture(id=wrong)]
        said = messages_of(partial(slack.chat_postMessage, channel=SUPPORT, text="t", blocks=blocks))
        assert said == ["[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"]


def test_a_file_has_no_type_before_slack_has_looked_through_it(running: Running, slack: WebClient, send: Send) -> None:
    running.administrator.set_file_seconds(1_000_000)
    try:
        id = send.finished()
        assert slack.files_info(file=id)["file"]["mimetype"] == ""
        post = slack.chat_postMessage
        assert error_of(lambda: post(channel=SUPPORT, text="t", blocks=[picture(id=id)])) == "invalid_blocks"
    finally:
        running.administrator.set_file_seconds(0)


def file_modal(**more: JsonValue) -> Object:
    element: Object = {"type": "file_input", "action_id": "value", **more}
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Hand in"},
        "submit": {"type": "plain_text", "text": "Hand in"},
        "blocks": [
            {
                "type": "input",
                "block_id": "invoice",
                "label": {"type": "plain_text", "text": "Invoice"},
                "element": element,
            }
        ],
    }


def test_files_chosen_in_a_modal_come_with_its_submission(
    app: App, slack: WebClient, ana: Person, ben: Person, trigger: Callable[[], str]
) -> None:
    """Before that, the app cannot read them. Nobody can choose another's file."""
    slack.views_open(trigger_id=trigger(), view=file_modal(filetypes=["pdf"], max_files=1))
    assert ana.submit().errors == {"invoice": "Please complete this required field."}
    mine, other = ana.upload("invoice.pdf", PDF), ana.upload("two.pdf", PDF)
    for chosen, why in (
        ([mine, other], "no more than 1"),
        ([ben.upload("his.pdf", PDF)], "uploaded no file"),
        ([ana.upload("a.txt", b"text")], "is none of pdf"),
        ([ana.upload("large.pdf", PDF + bytes(10_000_001))], "larger than 10 MB"),
    ):
        with pytest.raises(Refused, match=why):
            ana.type({"invoice": [*chosen]})
    ana.type({"invoice": [mine]})
    assert error_of(lambda: slack.files_info(file=mine)) == "file_not_found"
    assert ana.submit().outcome == "closed"
    file = dig(app.last, "view", "state", "values", "invoice", "value", "files", 0)
    assert (dig(file, "id"), dig(file, "user")) == (mine, "U0ANA")
    assert slack.files_info(file=mine)["file"]["name"] == "invoice.pdf"


@pytest.mark.parametrize("wrong", [{"max_files": 11}, {"max_files": 0}, {"filetypes": "pdf"}])
def test_a_file_input_has_slack_s_limits(wrong: Object, slack: WebClient, trigger: Callable[[], str]) -> None:
    view = file_modal(**wrong)
    assert error_of(lambda: slack.views_open(trigger_id=trigger(), view=view)) == "invalid_arguments"


def test_a_file_input_is_for_modals_and_needs_a_scope(
    running: Running, slack: WebClient, trigger: Callable[[], str]
) -> None:
    given, blocks = trigger(), objects(file_modal()["blocks"])
    assert error_of(lambda: slack.chat_postMessage(channel=SUPPORT, text="t", blocks=blocks)) == "invalid_blocks"
    running.administrator.set_scopes(["chat:write"])
    assert refusal_of(lambda: slack.views_open(trigger_id=given, view=file_modal()))["needed"] == "files:read"
