"""Settings of sources: what is left out, what is put in order, and what a row from another version is read as."""

from workflows.engine.sources.programs.settings import MOST_BYTES, PER_MINUTE, ApiSettings, FileSettings


def test_what_is_left_out_is_the_narrower() -> None:
    settings = ApiSettings(workflows=("b", "a", "b"))
    assert settings == ApiSettings(
        workflows=("a", "b"),
        may_propose=False,
        per_minute=PER_MINUTE,
        most_bytes=MOST_BYTES,
        webhook=None,
        allow_private=False,
    )


def test_settings_are_kept_and_read_back_as_they_were() -> None:
    api = ApiSettings(workflows=None, webhook="https://desk.example/hook?of=1", may_propose=True)
    file = FileSettings(workflow="triage", named={"id": "#1"}, encoding="utf-16")
    assert ApiSettings.model_validate(api.model_dump(mode="json")) == api
    assert FileSettings.model_validate(file.model_dump(mode="json")) == file


def test_a_setting_of_a_newer_version_is_passed_over() -> None:
    """A process that is one version behind goes on accepting keys."""
    assert ApiSettings.model_validate({"workflows": ["a"], "colour": "red"}) == ApiSettings(workflows=("a",))
