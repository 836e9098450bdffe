"""The version that is installed is the one whose changes stand first in the changelog."""

import re
import tomllib
from pathlib import Path

TOP = Path(__file__).parents[2]


def test_the_newest_section_of_the_changelog_is_about_the_version_of_the_project() -> None:
    version = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    newest = re.search(
        r"^## (\S+), (in work|\d{4}-\d{2}-\d{2})$", (TOP / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert newest is not None
    assert newest[1] == version
