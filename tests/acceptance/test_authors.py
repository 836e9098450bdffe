"""An author's project, outside the checkout, with Countersign installed from its wheel."""

import os
import re
import sys
import zipfile
from pathlib import Path

import pytest

from tests.acceptance.project import Project
from tests.acceptance.test_typing import reported


def test_the_wheel_brings_countersign_by_its_name_and_only_there(wheel: Path) -> None:
    """Typed, with what `countersign new` copies, and with the command coming in by that name."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (entry_points,) = [name for name in names if name.endswith("entry_points.txt")]
        assert "countersign = countersign.__main__:main" in archive.read(entry_points).decode()
    tops = {name.partition("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"bot", "countersign", "handlers", "store", "workflows"}
    assert {"countersign/py.typed", "countersign/scaffold/prompts/routing.md"} <= {*names}
    assert not [name for name in names if name.startswith("workflows/public")]


@pytest.mark.slow
def test_what_new_makes_runs_as_it_says(project: Project) -> None:
    """The four lines that it prints, typed into a shell; the code is clean by mypy strict and ruff as they come."""
    made = project.run("countersign", "new", "refund-requests")
    assert made.returncode == 0, made.stderr
    typed = re.findall(r"^ {4}(.*)$", made.stdout, re.MULTILINE)
    assert len(typed) == 4
    ran = project.run("bash", "-euc", "\n".join(typed))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "5 passed" in ran.stdout
    assert re.search(r"^to review +3$", ran.stdout, re.MULTILINE)
    assert "Not complete: who reviews is missing." in ran.stdout
    folder = project.folder / "refund_requests"
    assert reported([folder / "workflow.py", folder / "test_refund_requests.py"]) == set()
    for command in (["check"], ["format", "--check"]):
        ruff = project.run("ruff", *command, "--isolated", folder)
        assert ruff.returncode == 0, ruff.stdout


@pytest.mark.slow
def test_two_that_new_makes_are_tested_together(project: Project) -> None:
    for name in ("refund-requests", "address-changes"):
        assert project.run("countersign", "new", name).returncode == 0
    tested = project.pytest()
    assert "10 passed" in tested.stdout, tested.stdout
    tested = project.pytest("--import-mode=importlib")
    assert "10 passed" in tested.stdout, tested.stdout


IMPORT = "from countersign import Workflow, step\nprint('imported')\n"


@pytest.mark.parametrize("hidden", ["bot/__init__.py", "handlers/__init__.py", "store.py", "workflows/__init__.py"])
def test_what_hides_a_package_of_ours_is_refused_by_its_place(project: Project, hidden: str) -> None:
    """Run as a file, whose folder Python looks into first."""
    project.write({hidden: "", "program.py": IMPORT})
    room = hidden.removesuffix(".py").partition("/")[0]
    place = project.folder / hidden.removesuffix("/__init__.py")
    assert project.refused(sys.executable, "program.py") == (
        f"countersign.collisions.NameTaken: `{room}` is {place} here, which hides a package of Countersign's "
        f"({project.site / room}). Rename yours, or keep {project.folder} off the import path (sys.path)"
    )


def test_what_hides_a_package_of_ours_is_refused_under_pytest(project: Project) -> None:
    """It puts the project's folder before all others."""
    project.write({"conftest.py": "", "workflows/__init__.py": "", "test_mine.py": f"{IMPORT}def test(): pass\n"})
    tested = project.pytest()
    assert tested.returncode != 0
    assert f"`workflows` is {project.folder / 'workflows'} here, which hides" in tested.stdout


def test_what_hides_a_package_of_ours_is_refused_at_the_command_line(project: Project) -> None:
    project.write({"bot/__init__.py": ""})
    project.settings["PYTHONPATH"] = f"{project.folder}{os.pathsep}{project.site}"
    assert f"`bot` is {project.folder / 'bot'} here" in project.refused("countersign", "--version")


def test_a_package_that_was_loaded_before_ours_is_refused(project: Project) -> None:
    before = "import sys\nsys.path.insert(0, 'lib')\nimport workflows\nsys.path.remove('lib')\n"
    project.write({"lib/workflows/__init__.py": "", "program.py": before + IMPORT})
    refused = project.refused(sys.executable, "program.py")
    assert f"`workflows` is {project.folder / 'lib' / 'workflows'} here" in refused


def test_folders_of_the_names_of_ours_that_hide_nothing_do_no_harm(project: Project) -> None:
    """Plain folders, and `tests`, which is a package in the checkout and nothing that we need."""
    project.write(
        {
            "conftest.py": "",
            "workflows/notes.txt": "",
            "store/data.csv": "",
            "tests/__init__.py": "",
            "tests/mine.py": "MINE = 1",
            "tests/test_mine.py": f"{IMPORT}from tests.mine import MINE\ndef test(): assert Workflow and MINE\n",
        }
    )
    tested = project.pytest()
    assert tested.returncode == 0, tested.stdout


@pytest.mark.slow
def test_a_module_in_a_folder_that_ours_hides_is_told_from_one_that_is_missing(project: Project) -> None:
    project.write({"workflows/mine.py": "", "program.py": f"{IMPORT}import workflows.mine\n"})
    assert project.refused(sys.executable, "program.py") == (
        f"countersign.collisions.NameTaken: `workflows.mine` is not found: it is in {project.folder / 'workflows'}, "
        "and `workflows` is a package of Countersign's. Rename that folder"
    )
    project.write({"program.py": f"{IMPORT}import workflows.yours\n"})
    refused = project.refused(sys.executable, "program.py")
    assert refused == "ModuleNotFoundError: No module named 'workflows.yours'"


def add_distribution(site: Path, name: str, package: str) -> None:
    """Have a distribution of somebody else's installed over what is there, as pip does without a word."""
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "top_level.txt").write_text(f"{package}\n")
    (info / "RECORD").write_text(f"{package}/__init__.py,,\n")


@pytest.mark.slow
def test_another_distribution_that_wrote_over_ours_is_named(damaged: Project) -> None:
    """Its `Workflow` is not taken for ours. A framework for agents brings a `workflows` with the very same names."""
    add_distribution(damaged.site, "agents-and-workflows", "workflows")
    (damaged.site / "workflows" / "__init__.py").write_text(
        "__all__ = ['Workflow', 'step']\nclass Workflow: pass\ndef step(): pass\n"
    )
    damaged.write({"program.py": IMPORT})
    told = (
        "the installed distribution agents-and-workflows brings a package `workflows` too, and the two write over each "
        "other. Use an environment of its own for Countersign, or uninstall agents-and-workflows and install "
        "Countersign again"
    )
    assert damaged.refused(sys.executable, "program.py") == f"countersign.collisions.NameTaken: {told}"
    assert damaged.refused("countersign", "cases") == f"error: {told}"


def test_what_another_distribution_took_with_it_is_told(damaged: Project) -> None:
    """Uninstalled, it leaves a hole where it had written over our file."""
    place = damaged.site / "workflows" / "errors.py"
    place.unlink()
    told = f"error: {place} is gone, or is not as Countersign brought it: install Countersign again"
    assert damaged.refused("countersign", "cases") == told


@pytest.mark.slow
def test_the_other_project_of_our_name_is_named(damaged: Project) -> None:
    """On the public index `countersign` is somebody else's."""
    add_distribution(damaged.site, "countersign", "countersign")
    ours = (damaged.site / "countersign" / "__init__.py").read_text()
    told = (
        "the installed distribution countersign brings a package `countersign` too, and the two write over each other"
    )
    (damaged.site / "countersign" / "__init__.py").write_text("__version__ = '0.1.0'\n")
    assert told in damaged.refused("countersign", "cases")
    (damaged.site / "countersign" / "__init__.py").write_text(ours)
    assert f"bad   {told}" in damaged.run("countersign", "doctor").stdout
