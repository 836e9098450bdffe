"""`countersign workspace`, as an operator uses it beside processes that serve."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import opened_database
from bot.doctor.workspaces import workspaces
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.installs import CLIENT_ID, CLIENT_SECRET
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, Sandbox
from bot.sandbox.state.workspace import Team, default_workspace
from bot.settings import Settings, settings
from bot.slack.installing.token_vault import TokenKeys, Vault, new_key
from handlers.slack.manifest import manifest_file
from store.db.database import Database
from tests.integration.bot.commandline import CommandLine
from tests.waiting import LONGEST, wait_until
from workflows.engine.case import installations
from workflows.engine.case.installations import Installed

ONE, TWO, WHOLE = BOT_TOKEN, f"{BOT_TOKEN}-T0TWO", f"{BOT_TOKEN}-T0PART"
URL = "https://countersign.example"


@pytest.fixture(scope="module")
def slack() -> Iterator[Running]:
    first, second = default_workspace(manifest_file()), default_workspace(manifest_file())
    first.team, second.team = Team(id="T0ONE", name="One"), Team(id="T0TWO", name="Two \x1b[31m")
    part = default_workspace(manifest_file())
    part.team, part.app.org_wide = Team(id="T0PART", name="Part", enterprise="E0WHOLE"), True
    sandbox = Sandbox(first, rate_limited=False)
    Sandbox(second, beside=sandbox, rate_limited=False)
    Sandbox(part, beside=sandbox, rate_limited=False)
    with serving(sandbox) as running:
        yield running


@pytest.fixture
def command(slack: Running, empty: CommandLine) -> CommandLine:
    """An operator with a file of keys, beside a Slack with two workspaces."""
    for one in (slack, *slack.beside):
        one.reset()
    (empty.folder / "token.keys").write_text(new_key())
    empty.settings.update(
        COUNTERSIGN_DATABASE_URL=f"sqlite:///{empty.folder / 'kept.sqlite'}",
        COUNTERSIGN_TOKEN_KEYS_FILE=str(empty.folder / "token.keys"),
        COUNTERSIGN_INSTALL_URL=URL,
        SLACK_CLIENT_ID=CLIENT_ID,
        SLACK_CLIENT_SECRET=CLIENT_SECRET,
        SLACK_API_URL=slack.api_url,
    )
    return empty


def kept(command: CommandLine) -> dict[str, Installed]:
    with closing(Database(command.settings["COUNTERSIGN_DATABASE_URL"])) as database:
        return {one.workspace: one for one in installations.of_all(database)}


def sealed(command: CommandLine, workspace: str) -> str:
    token = kept(command)[workspace].sealed_token
    assert token is not None
    return token


def test_an_invitation_is_printed_alone_and_says_what_it_is_good_for(command: CommandLine) -> None:
    said = command.done("workspace", "invite", "--for", "T0ONE", "--hours", "24")
    (link,) = said.out.split()
    assert link.startswith(f"{URL}/install/")
    assert "in T0ONE alone, once, until 20" in said.err
    assert "COUNTERSIGN_INSTALL is off here" in said.err
    assert "off here" not in command.done("workspace", "invite", COUNTERSIGN_INSTALL="127.0.0.1:8482").err
    assert command("workspace", "invite", "--for", "#support").error().startswith("the id of a workspace begins with T")
    assert command("workspace", "invite", "--hours", "200").code == 2
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "COUNTERSIGN_INSTALL_URL"):
        assert command("workspace", "invite", **{name: ""}).error().startswith(f"{name} is not set: ")


def test_a_workspace_is_added_listed_removed_and_added_again(command: CommandLine, slack: Running) -> None:
    assert "no workspace is installed" in command.done("workspace", "list").out
    assert "One (T0ONE) is added" in command.done("workspace", "add", input=f" {ONE}\n").out
    command.done("workspace", "add", input=TWO)
    one, two = command.done("workspace", "list", "--json").json()
    assert (one["id"], one["name"], one["state"], one["missing"]) == ("T0ONE", "One", "installed", [])
    assert one["key"] == Vault((command.folder / "token.keys").read_text()).ids[0]
    assert two["id"] == "T0TWO"
    listed = command.done("workspace", "list").out
    assert "an operator" in listed
    assert "\x1b" not in listed
    assert "xox" not in listed

    said = command.done("workspace", "remove", "T0TWO").out
    assert "its cases stay" in said
    assert slack.beside[0].administrator.calls("apps.uninstall")[-1].ok
    assert kept(command)["T0TWO"].sealed_token is None
    assert "removed by an operator" in command.done("workspace", "list").out
    assert command("workspace", "remove", "T0TWO").error() == (
        "Countersign is not installed in T0TWO; it is in T0ONE (One)"
    )
    assert "Slack refuses the token (token_revoked)" in command("workspace", "add", input=TWO).error()
    slack.beside[0].reset()
    command.done("workspace", "add", input=TWO)
    assert kept(command)["T0TWO"].turn == 3


def test_a_workspace_is_removed_here_where_slack_cannot_be_asked(command: CommandLine, slack: Running) -> None:
    command.done("workspace", "add", input=ONE)
    slack.administrator.fault("server_error", method="apps.uninstall")
    assert (
        command("workspace", "remove", "T0ONE")
        .error()
        .endswith("`countersign workspace remove T0ONE --here` forgets it here")
    )
    assert kept(command)["T0ONE"].ended_at is None
    (command.folder / "token.keys").write_text(new_key())
    assert "no key opens the token of T0ONE" in command("workspace", "remove", "T0ONE").error()
    command.done("workspace", "remove", "T0ONE", "--here")
    assert not slack.sandbox.bot_token_revoked


def test_without_the_apps_secret_its_token_is_revoked(command: CommandLine, slack: Running) -> None:
    command.done("workspace", "add", input=ONE)
    command.done("workspace", "remove", "T0ONE", SLACK_CLIENT_SECRET="")
    wait_until(lambda: slack.sandbox.bot_token_revoked)
    assert slack.administrator.calls("auth.revoke")[-1].ok


def test_what_cannot_be_added_is_told_in_a_line(command: CommandLine, slack: Running) -> None:
    for token, said in (
        ("", "that is no bot's token, which begins with xoxb-"),
        ("xapp-sandbox", "that is no bot's token, which begins with xoxb-"),
        ("xoxb-unknown", "Slack refuses the token (invalid_auth)"),
    ):
        assert command("workspace", "add", input=token).error() == said
    slack.administrator.set_scopes(["chat:write"])
    assert "Slack did not grant commands, usergroups:read, users:read in One" in (
        command("workspace", "add", input=ONE).error()
    )
    slack.administrator.fault("dropped", method="auth.test")
    assert command("workspace", "add", input=ONE).error().startswith("Slack does not answer now")
    assert kept(command) == {}
    assert (
        command("workspace", "add", input=ONE, COUNTERSIGN_TOKEN_KEYS_FILE="")
        .error()
        .startswith("COUNTERSIGN_TOKEN_KEYS is not set")
    )


def test_a_key_is_replaced_while_a_process_holds_the_file(command: CommandLine) -> None:
    """At every step the process opens every token, without being started anew."""
    file = command.folder / "token.keys"
    former, following = file.read_text(), new_key()
    for token in (ONE, TWO):
        command.done("workspace", "add", input=token)
    serves = TokenKeys(Settings().model_copy(update={"token_keys": None, "token_keys_file": file}))

    def opened() -> list[str]:
        return [serves.vault.open(workspace, sealed(command, workspace)) for workspace in ("T0ONE", "T0TWO")]

    assert opened() == [ONE, TWO]
    file.write_text(f"{following}\n{former}\n")
    assert opened() == [ONE, TWO]
    said = command.done("workspace", "rotate").out
    assert "tokens encrypted anew: 2; with the first key already: 0" in said
    assert f"keys that are needed: {Vault(following).ids[0]}\n" in said
    assert f"keys that can be taken away: {Vault(former).ids[0]}\n" in said
    assert opened() == [ONE, TWO]
    assert "anew: 0; with the first key already: 2" in command.done("workspace", "rotate").out
    file.write_text(following)
    assert opened() == [ONE, TWO]
    assert [view["key"] for view in command.done("workspace", "list", "--json").json()] == [Vault(following).ids[0]] * 2


def test_a_token_whose_key_is_lost_is_named_and_the_others_are_encrypted(command: CommandLine) -> None:
    file = command.folder / "token.keys"
    command.done("workspace", "add", input=ONE)
    lost, second, third = Vault(file.read_text()).ids[0], new_key(), new_key()
    file.write_text(second)
    command.done("workspace", "add", input=TWO)
    file.write_text(f"{third}\n{second}")
    said = command("workspace", "rotate")
    assert f"no key opens the token of T0ONE, which the key {lost} encrypted" in said.error()
    assert "tokens encrypted anew: 1" in said.out
    assert f"keys that are needed: {Vault(third).ids[0]}, {lost}\n" in said.out
    one, two = command.done("workspace", "list", "--json").json()
    assert (one["state"], two["state"]) == ("unreadable", "installed")


def test_a_workspace_from_before_there_were_several_is_listed(command: CommandLine) -> None:
    with command.opened() as app:
        from workflows.engine.case.team import adopt

        adopt(app.context, workspace="T0ONE", name="One")
    (one,) = command.done("workspace", "list", "--json").json()
    assert (one["id"], one["state"]) == ("T0ONE", "not_installed")
    command.done("workspace", "add", input=ONE)
    (one,) = command.done("workspace", "list", "--json").json()
    assert one["state"] == "installed"


def test_a_made_key_is_a_setting_as_it_is_printed(command: CommandLine, tmp_path: Path) -> None:
    line, fingerprint = command.done("workspace", "key").out.splitlines()
    name, _, key = line.partition("=")
    assert name == "COUNTERSIGN_TOKEN_KEYS"
    assert fingerprint.endswith(Vault(key).ids[0])
    # And so are all its lines in a file of keys.
    file = tmp_path / "printed.keys"
    file.write_text(f"{line}\n{fingerprint}\n")
    assert TokenKeys(Settings().model_copy(update={"token_keys": None, "token_keys_file": file})).vault.ids == [
        Vault(key).ids[0]
    ]


def found(command: CommandLine, **changed: str) -> dict[str, str]:
    """Return the findings about workspaces: text -> level."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (command.settings | changed).items():
            patch.setenv(name, value)
        read = settings()
    with opened_database(read) as database:
        return {one.what: one.level for one in workspaces(read, database)}


def only(told: dict[str, str], words: str) -> str:
    (level,) = (level for what, level in told.items() if words in what)
    return level


def test_nothing_is_said_of_installing_where_one_workspace_is_connected_by_its_token(empty: CommandLine) -> None:
    assert found(empty, SLACK_BOT_TOKEN=ONE) == {}


@pytest.mark.slow
def test_doctor_finds_nothing_wrong_before_the_first_installation(command: CommandLine) -> None:
    (command.folder / "token.keys").chmod(0o600)
    told = {one["what"]: one for one in command.done("doctor", "--json").json()}
    (yet,) = (one for what, one in told.items() if "the app is installed in no workspace yet" in what)
    assert yet["level"] == "note"
    assert yet["do"] == "countersign workspace invite prints a link to install it"
    assert "settings of the environment alone" in told


@pytest.mark.slow
def test_doctor_checks_each_workspace_whatever_is_wrong_with_another_one(command: CommandLine) -> None:
    (command.folder / "token.keys").chmod(0o600)
    command.settings.update(COUNTERSIGN_WORKSPACES=str(command.folder), SLACK_APP_TOKEN=APP_TOKEN)
    for token in (ONE, TWO, WHOLE):
        command.done("workspace", "add", input=token)
    command.done("workspace", "remove", "T0TWO", "--here")
    (command.folder / "T0ONE.env").write_text("COUNTERSIGN_POSTTO=parcels=C1\n")
    found = command("doctor", "--json").json()
    told = {one["what"]: one["level"] for one in found}
    (bad,) = (what for what, level in told.items() if level == "bad")
    assert f"{command.folder}/T0ONE.env: COUNTERSIGN_POSTTO is no setting" in bad
    assert only(told, f"the app's redirect URL has to be {URL}") == "ok", "it concerns all, the broken one is the first"
    assert only(told, "(T0TWO): removed by an operator on") == "note"
    assert only(told, "the app is not installed there now") == "note"
    assert only(told, "(E0WHOLE): Slack workspace Part (T0PART)") == "ok", "its token is of one of its workspaces"
    assert "countersign --workspace E0WHOLE seal key makes one" in " ".join(one["do"] for one in found)


@pytest.mark.slow
def test_doctor_checks_the_workspaces(command: CommandLine) -> None:
    said = command("doctor", "--json", COUNTERSIGN_TOKEN_KEYS_FILE="")
    assert any("COUNTERSIGN_TOKEN_KEYS is not set" in one["what"] for one in said.json())
    assert said.code == 1


def test_an_advised_command_has_the_options_of_the_call(command: CommandLine) -> None:
    """Without them the next command works on another database, or is refused where there are several workspaces."""
    for token in (ONE, TWO):
        command.done("workspace", "add", input=token)
    (command.folder / "its own.env").write_text("COUNTERSIGN_LOG_LEVEL=off\n")
    given = ("--env-file", "its own.env", "--workspace", "T0TWO")
    advised = "countersign --env-file 'its own.env' --workspace T0TWO"
    added = command.done(*given, "source", "add", "desk", "--workflow", "support-triage")
    assert f"next: `{advised} source key add desk`" in added.out
    assert command(*given, "case", "99").error() == f"there is no case '99'; `{advised} cases` lists them"
    assert "`countersign cases` lists" in command("case", "99", COUNTERSIGN_WORKSPACE="T0TWO").error(), "it still holds"
    # A command of the whole database takes no workspace.
    assert "`countersign --env-file 'its own.env' workspace invite --for T0TWO`" in (
        command.done(*given, "workspace", "remove", "T0TWO", "--here").out
    )


def test_doctor_looks_at_keys_and_installations(command: CommandLine, slack: Running) -> None:
    file = command.folder / "token.keys"
    file.chmod(0o600)
    former, following = file.read_text(), new_key()
    command.done("workspace", "add", input=ONE)
    slack.beside[0].administrator.set_scopes(["chat:write", "commands", "usergroups:read", "users:read"])
    command.done("workspace", "add", input=TWO)
    told = found(command, COUNTERSIGN_INSTALL="127.0.0.1:8482")
    assert only(told, f"encrypted with the key {Vault(former).ids[0]}") == "ok"
    assert only(told, "workspace One (T0ONE): installed since") == "ok"
    assert only(told, f"the app's redirect URL has to be {URL}/oauth/callback") == "ok"
    assert only(told, "(T0TWO): scopes that are not granted: channels:history,") == "note"
    assert "bad" not in told.values()

    file.write_text(f"{following},{former}")
    assert only(found(command), f"tokens that a former key encrypted: {Vault(former).ids[0]}") == "note"
    command.done("workspace", "rotate")
    command.done("workspace", "remove", "T0TWO", "--here")
    told = found(command)
    assert only(told, f"keys of tokens that encrypt none any more: {Vault(former).ids[0]}") == "note"
    assert only(told, "(T0TWO): removed by an operator on") == "note"

    file.write_text(former)
    file.chmod(0o644)
    told = found(command)
    assert (
        only(told, f"workspace One (T0ONE): no key opens its token, which the key {Vault(following).ids[0]}") == "bad"
    )
    assert only(told, f"others on this machine can read {file}") == "bad"
    assert only(found(command, COUNTERSIGN_TOKEN_KEYS_FILE=""), "COUNTERSIGN_TOKEN_KEYS is not set") == "bad"
    assert only(found(command, COUNTERSIGN_TOKEN_KEYS=former), "are both set") == "bad"
    file.write_text("none")
    assert only(found(command), "has to be a key of 32 bytes in base64") == "bad"


def test_doctor_looks_at_the_settings_of_installing(command: CommandLine) -> None:
    wrong = [
        ({"SLACK_BOT_TOKEN": ONE}, "SLACK_BOT_TOKEN names one workspace", "bad"),
        ({"SLACK_CLIENT_SECRET": ""}, "SLACK_CLIENT_ID is set without SLACK_CLIENT_SECRET", "bad"),
        ({"SLACK_CLIENT_ID": ""}, "SLACK_CLIENT_SECRET is set without SLACK_CLIENT_ID", "bad"),
        ({"SLACK_CLIENT_ID": ""}, "people are to install the app, but SLACK_CLIENT_ID is not set", "bad"),
        ({"COUNTERSIGN_INSTALL_URL": "", "COUNTERSIGN_INSTALL": "127.0.0.1:8482"}, "so no link can be made", "bad"),
        ({"COUNTERSIGN_INSTALL": "off"}, "this set-up does not answer there", "note"),
        ({"COUNTERSIGN_INSTALL_URL": "http://127.0.0.1:8482"}, "Slack itself sends nobody to http", "note"),
        ({"COUNTERSIGN_WORKSPACES": "nowhere"}, "COUNTERSIGN_WORKSPACES: there is no folder nowhere", "bad"),
        (
            {"COUNTERSIGN_WORKSPACES": "."},
            ". has settings of no workspace in which the app is installed: T0TYPO.env",
            "note",
        ),
    ]
    (command.folder / "T0TYPO.env").write_text("")
    for changed, words, level in wrong:
        assert only(found(command, **changed), words) == level, changed
    said = command("serve", "--no-slack", COUNTERSIGN_WORKSPACES="nowhere", COUNTERSIGN_HEALTH="off")
    assert said.error() == "the settings cannot be used: COUNTERSIGN_WORKSPACES: there is no folder nowhere"


@pytest.mark.slow
def test_before_the_first_installation_serve_says_how_to_install(command: CommandLine) -> None:
    process = command.started("serve", "--no-slack", SLACK_APP_TOKEN=APP_TOKEN, COUNTERSIGN_HEALTH="off")
    try:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "Ctrl-C stops it" in line)
        assert "serves each workspace" not in said
        assert "`countersign workspace invite` prints a link for that" in next(process.stderr)
    finally:
        process.kill()
        process.communicate(timeout=LONGEST)
