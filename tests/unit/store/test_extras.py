"""Our own advice never names a package that anybody could register (A44)."""

import json
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from store.db import extras


class Installed(Distribution):
    """An installation that tells where it came from."""

    def __init__(self, url: str | None) -> None:
        self._url = url

    def read_text(self, filename: str) -> str | None:
        return json.dumps({"url": self._url, "dir_info": {}}) if self._url and filename == "direct_url.json" else None

    def locate_file(self, path: object) -> Path:
        raise AssertionError("nothing is located")


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    file = tmp_path / "a wheel" / "countersign_bot-1-py3-none-any.whl"
    file.parent.mkdir()
    file.touch()
    return file


def test_the_wheel_or_the_checkout_that_is_there_is_named(monkeypatch: pytest.MonkeyPatch, wheel: Path) -> None:
    for source, advice in (
        (wheel, f"pip install '{wheel}[local]'"),
        (wheel.parent, f"pip install -e '{wheel.parent}[local]'"),
    ):
        monkeypatch.setattr(extras, "distribution", lambda _, source=source: Installed(source.as_uri()))
        assert extras.advice("local") == advice


@pytest.mark.parametrize("url", [None, "file:///no/longer/there.whl", "https://example.com/countersign.whl"])
def test_where_it_came_from_is_not_known_no_name_of_an_index_is_given(
    monkeypatch: pytest.MonkeyPatch, url: str | None
) -> None:
    monkeypatch.setattr(extras, "distribution", lambda _: Installed(url))
    assert "countersign-bot" not in extras.advice("local")
    assert "THE-WHEEL.whl[local]" in extras.advice("local")
