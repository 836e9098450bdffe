"""The SBOM of a release is in CycloneDX's form, and what is given along is under licences that allow that."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.schema._res import BOM_JSON, JSF, SPDX_JSON

from release.licences import OUR_NAME, components, main, table

TOP = Path(__file__).parents[2]
MADE = ("environment", "--pyproject", "pyproject.toml", "--mc-type", "application", "--sv", "1.6", "--no-validate")
"""As `make sbom` does it, which also has the library validate it: that takes many seconds."""


@pytest.fixture(scope="module")
def sbom() -> Mapping[str, Any]:
    """The SBOM of what the tests run with: all extras, and what tests and checks."""
    tool = Path(sys.executable).parent / "cyclonedx-py"
    made = subprocess.run([tool, *MADE, "-o", "-", sys.executable], cwd=TOP, capture_output=True, check=True)
    found: Mapping[str, Any] = json.loads(made.stdout)
    return found


@pytest.mark.slow
def test_an_sbom_is_valid_and_names_what_is_installed(sbom: Mapping[str, Any]) -> None:
    beside = {"spdx.SNAPSHOT.schema.json": SPDX_JSON, "jsf-0.82.SNAPSHOT.schema.json": JSF}
    uri = "http://cyclonedx.org/schema/"
    kept = [(uri + name, json.loads(Path(file).read_text())) for name, file in beside.items()]
    schema = json.loads(Path(str(BOM_JSON[SchemaVersion.V1_6])).read_text())
    registry = jsonschema_rs.Registry(kept)
    errors = list(jsonschema_rs.validator_for(schema, registry=registry).iter_errors(sbom))
    assert [error.message for error in errors] == []
    assert sbom["metadata"]["component"]["name"] == OUR_NAME
    assert {"pydantic", "slack_bolt", "SQLAlchemy", "procrastinate", "mcp"} <= {
        one["name"] for one in sbom["components"]
    }


@pytest.mark.slow
def test_every_component_has_a_licence_that_is_allowed(sbom: Mapping[str, Any]) -> None:
    found = components(sbom)
    assert [one for one in found if not one.is_allowed] == []
    assert len(table(found).splitlines()) == len(found) + 4


@pytest.mark.parametrize(
    ("said", "is_allowed"),
    [
        ([{"license": {"id": "MIT"}}], True),
        ([{"expression": "GPL-3.0-only OR MIT"}], True),
        ([{"expression": "(Apache-2.0 OR MIT) AND MPL-2.0"}], True),
        ([{"license": {"name": "License :: OSI Approved :: BSD License"}}], True),
        ([{"license": {"id": "MIT"}}, {"license": {"name": "License :: DFSG approved"}}], True),
        ([{"license": {"id": "GPL-3.0-only"}}], False),
        ([{"expression": "MIT AND AGPL-3.0-or-later"}], False),
        ([{"expression": "Apache-2.0 WITH LLVM-exception"}], False),
        ([{"license": {"name": "License :: OSI Approved :: GNU General Public License v3 (GPLv3)"}}], False),
        ([{"license": {"name": "Proprietary"}}], False),
        ([{"expression": "not ( a licence"}], False),
        ([], False),
    ],
)
def test_what_is_not_allowed_or_not_said_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], said: list[Mapping[str, Any]], is_allowed: bool
) -> None:
    file = tmp_path / "sbom.cdx.json"
    file.write_text(json.dumps({"components": [{"name": "crate", "version": "1.2", "licenses": said}]}))
    assert main(file, tmp_path / "licences.md") == (0 if is_allowed else 1)
    assert ("crate 1.2" in capsys.readouterr().err) is not is_allowed
    assert "| crate | 1.2 |" in (tmp_path / "licences.md").read_text()
