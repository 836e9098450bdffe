"""`countersign sandbox`, as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from slack_sdk import WebClient

from bot.cli.processes import sandbox
from tests.ports import free_port
from tests.waiting import LONGEST


@pytest.mark.slow
def test_it_prints_what_connects_an_app_and_ends_with_ctrl_c() -> None:
    """The export lines alone are on standard output; the control token is told on standard error."""
    port = free_port()
    program = f"from bot.cli.processes import sandbox; sandbox({port})"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(3)]
        exported = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        assert exported["SLACK_APP_TOKEN"] == "xapp-sandbox"
        slack = WebClient(exported["SLACK_BOT_TOKEN"], base_url=exported["SLACK_API_URL"], retry_handlers=[])
        assert slack.auth_test()["team"] == "Sandbox"
        os.kill(process.pid, signal.SIGINT)
        rest, told = process.communicate(timeout=LONGEST)
    assert process.returncode == 0
    assert rest == ""
    assert f"http://127.0.0.1:{port}" in told
    assert "X-Sandbox-Token: " in told
    assert f"http://127.0.0.1:{port}/#token=" in told
    assert "Traceback" not in told


def test_a_file_that_describes_no_workspace_ends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With one line that says where it is wrong; so does a file that is not there."""
    file = tmp_path / "workspace.json"
    for content, said in ((None, "No such file"), ("{}", "users: Field required")):
        if content is not None:
            file.write_text(content)
        with pytest.raises(typer.Exit) as ended:
            sandbox(0, [file])
        assert ended.value.exit_code == 1
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1


def test_a_port_that_is_taken_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    """With one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(typer.Exit):
        sandbox(taken.getsockname()[1])
    assert "in use" in capsys.readouterr().err
