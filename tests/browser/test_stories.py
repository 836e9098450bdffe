"""The pictures of the documents: each has a story of which it is taken, and each story can be told."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.pictures.__main__ import STORIES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_each_picture_of_the_documents_has_a_story() -> None:
    """Stories are no tests, so nothing else would say that one asks for a fixture that is gone."""
    asked = [sys.executable, "-m", "tests.browser.pictures", "none"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, found.stdout[-2_000:]
    told = "".join(Path(story).read_text(encoding="utf-8") for story in STORIES)
    missing = [picture.stem for picture in (ROOT / "docs").glob("*.png") if f'"{picture.stem}"' not in told]
    assert not missing
