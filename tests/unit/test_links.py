"""Links between pages lead somewhere, and somebody who begins at the README finds each page."""

import re
from collections import Counter
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
DOCS = TOP / "docs"
PAGES = sorted(
    page
    for folder in (TOP, DOCS, DOCS / "decisions", TOP / "benchmarks", TOP / "examples", TOP / "workflows" / "library")
    for page in folder.glob("*/README.md" if folder.name == "library" else "*.md")
)


def links(page: Path) -> list[tuple[Path, str]]:
    """Return what a page links to in the repository: the file, and the heading in it or an empty text."""
    targets = re.findall(r"\]\(((?!https?:|mailto:)[^)\s]+)\)", without_code(page))
    parts = [target.partition("#") for target in targets]
    return [((page.parent / file).resolve() if file else page, heading) for file, _, heading in parts]


def headings(page: Path) -> set[str]:
    """Return the headings of a page, as links name them."""
    said = re.findall(r"^#+ (.+)$", without_code(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in said}


def without_code(page: Path) -> str:
    """Return the text of a page without its fenced code."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_each_link_leads_to_a_file_and_a_heading_that_there_are(page: Path) -> None:
    for file, heading in links(page):
        assert file.exists(), file
        assert not heading or file.suffix != ".md" or heading in headings(file), (file, heading)


def test_each_page_is_found_from_the_readme() -> None:
    """By links of pages: the list of changes does not count."""
    found, ahead = set[Path](), [TOP / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in found and page.suffix == ".md":
            found.add(page)
            ahead += [file for file, _ in links(page)] if page.name != "CHANGELOG.md" else []
    assert set(DOCS.glob("*.md")) <= found


@pytest.mark.parametrize("page", ["reference.md", "glossary.md", "operators.md"])
def test_what_is_looked_up_in_a_table_stands_there_once(page: str) -> None:
    rows = re.findall(r"^\| ((?:\\\||[^|])+) \|", (DOCS / page).read_text("utf-8"), re.MULTILINE)
    times = Counter(rows)
    header = {"Command", "Setting", "word", "to", "what", "where"}
    assert [row for row, seen in times.items() if seen > 1 and row not in header] == []
