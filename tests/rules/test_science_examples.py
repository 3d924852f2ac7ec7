"""Every example in docs/science runs as it stands and gives what the page says."""

from __future__ import annotations

import json
import shlex
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

DOCS = Path(__file__).parents[2] / "docs" / "science"
COMMANDS = {
    "calibrate": "portal.review.science_commands",
    "assign": "portal.review.science_commands",
    "select": "portal.decisions.science_commands",
    "draw": "portal.decisions.science_commands",
    "replay": "portal.decisions.science_commands",
}


def close(found, wanted, where=""):
    """Assert that two documents agree: numbers to 1e-6, everything else exactly."""
    if isinstance(wanted, dict):
        assert found.keys() == wanted.keys(), where
        for name, value in wanted.items():
            close(found[name], value, f"{where}/{name}")
    elif isinstance(wanted, list):
        assert len(found) == len(wanted), where
        for n, (a, b) in enumerate(zip(found, wanted, strict=True)):
            close(a, b, f"{where}/{n}")
    elif isinstance(wanted, float):
        assert found == pytest.approx(wanted, abs=1e-6), where
    else:
        assert found == wanted, where


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_example_on_the_page_gives_the_output_beside_it(name, monkeypatch):
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    (line,) = [line for line in page.splitlines() if line.startswith("$ portal ")]
    _, _, command, *arguments = shlex.split(line)
    assert command == name
    monkeypatch.chdir(DOCS / "examples")
    result = CliRunner().invoke(getattr(import_module(COMMANDS[name]), name), arguments)
    assert result.exit_code == 0, result.stderr
    wanted = json.loads((DOCS / "examples" / f"{name}.json").read_text(encoding="utf-8"))
    close(json.loads(result.stdout), wanted)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_what_a_page_quotes_is_in_the_output(name):
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    whole = (DOCS / "examples" / f"{name}.json").read_text(encoding="utf-8")
    flat = json.dumps(json.loads(whole), ensure_ascii=False)
    for block in page.split("```json\n")[1:]:
        for line in block.split("```")[0].splitlines():
            for part in line.strip().strip("{}").split(', "'):
                quoted = part.split(". ...")[0].rstrip(",").lstrip('"').rstrip('"}')
                assert quoted in flat, quoted
