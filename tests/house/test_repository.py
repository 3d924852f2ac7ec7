"""What holds for every file of this project."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OTHERS = ("tests/browser/vendor/", "static/vendor/", "static/fonts/", "LICENSE")  # other people's words
LOCKS = sorted(ROOT.glob("requirements*.txt"))


def files(*endings: str, under: str = "") -> list[Path]:
    """Return the project's own text files: what git keeps, or would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", under or "."]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    found = []
    for name in sorted(set(listed)):
        path = ROOT / name
        wanted = path.is_file() and not name.startswith(OTHERS) and (not endings or path.suffix in endings)
        if wanted and b"\0" not in path.read_bytes()[:8000]:
            found.append(path)
    return found


def lines_with(pattern: str, paths: list[Path]) -> list[str]:
    """Return each line that matches, with where it stands."""
    expression = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if expression.search(line)
    ]


def words(*halves: tuple[str, str]) -> str:
    """Return a pattern for words that this file itself must not contain whole."""
    return "|".join(rf"\b{first}{second}\b" for first, second in halves)


def test_nothing_is_left_for_later():
    markers = words(("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("HA", "CK"), ("NotImpl", "emented(Error)?"))
    assert not lines_with(markers, files(".py", ".html", ".js", ".css", ".txt", ".md", ".toml", ".sh", ""))


def test_a_width_of_the_page_is_the_name_of_nothing_else():
    """A page of that width would else be laid out, or left out of print, as that other thing."""
    sheets = files(".css", under="static/css")
    widths = set(re.findall(r"\.wrap\.([a-z-]+)", "".join(path.read_text(encoding="utf-8") for path in sheets)))
    assert widths
    assert not lines_with(rf"(?<!\.wrap)\.({'|'.join(sorted(widths))})\b", sheets)


def test_no_test_is_switched_off_and_no_line_hidden_from_coverage():
    off = r"pytest\.(mark\.)?(skip|xfail)" + "|" + "importorskip" + "|" + words(("no co", "ver"))
    here = Path(__file__).resolve()
    assert not lines_with(off, [path for path in files(".py", ".toml") if path != here])


def test_no_file_names_a_machine_or_a_registry():
    places = ["wo" + "rk", "ro" + "ot", "ho" + "me/[a-z]+", "Us" + "ers", "op" + "t/(pypi|wheels)"]
    hosts = ["py" + "pi.org", "python" + "hosted", "registry.npm" + "js", "deb.deb" + "ian"]
    paths = "|".join(rf"(?<![\w.\-/}}*])/{place}/" for place in places)
    assert not lines_with(paths + "|" + "|".join(map(re.escape, hosts)), files())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_requirement_is_exact_and_hashed_and_names_no_host(lock):
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE), "an option that names an index, a folder or a host"
    assert "file:" not in text
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==[^\s\\]+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


def names(requirements: list[object]) -> set[str]:
    """Return the bare names of requirements as pyproject.toml writes them."""
    return {
        re.split(r"[\[<>=!~; ]", text)[0].lower().replace("_", "-") for text in requirements if isinstance(text, str)
    }


def pins(lock: str) -> set[str]:
    """Return the `name==version` lines of a lock."""
    return set(re.findall(r"^([a-z0-9._-]+==\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))


def locked(lock: str) -> set[str]:
    """Return the names that a lock pins."""
    return {pin.partition("==")[0] for pin in pins(lock)}


def test_the_locks_hold_everything_that_pyproject_asks_for():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = names(pyproject["project"]["dependencies"])
    groups = pyproject["dependency-groups"]
    assert runtime <= locked("requirements.txt")
    wanted = runtime.union(*(names(groups[group]) for group in ("build", "test", "lint", "bench")))
    assert wanted <= locked("requirements-dev.txt")
    assert pins("requirements.txt") <= pins("requirements-dev.txt"), "the two locks disagree on a version"


def test_make_alone_lists_every_target_with_a_line_each():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\.PHONY: (\S+)", text, re.MULTILINE))
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    listed = subprocess.run(["make"], cwd=ROOT, env=plain, capture_output=True, text=True, check=True).stdout
    assert targets == {line.split()[1] for line in listed.splitlines()}
    assert {"help", "setup", "demo", "test", "check", "fix", "bench", "lock", "messages", "clean"} <= targets


def test_the_readme_says_how_to_start_and_how_to_test():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text


def test_ci_runs_what_developers_run():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^make test$", script, re.MULTILINE)
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_templates_hold_nothing_inline_and_escape_everything():
    inline = r"\bstyle\s*=\s*[\"']|\son[a-z]+\s*=\s*[\"']|<style\b|<script(?![^>]*\bsrc=)"
    pages = [path for path in files(".html", under="templates") if "mail" not in path.relative_to(ROOT).parts]
    assert not lines_with(inline, pages)
    live = [path for path in pages if "gallery" not in path.relative_to(ROOT).parts]  # its samples are our own words
    assert not lines_with(r"\|\s*safe\b|autoescape\s+false", live)


def test_only_the_clock_reads_the_time_and_only_seeds_make_chance():
    readers = r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(|(?<!\.)\brandom\.(random|choice|shuffle)\("
    rooms = [path for path in files(".py", under="portal") if path.name != "clock.py"]
    assert not lines_with(readers, rooms)


def test_every_link_between_documents_leads_somewhere():
    lost = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in files(".md")
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
        if not re.match(r"\w+:|\{", target) and not (path.parent / target).exists()
    ]
    assert not lost


# ---------------------------------------------------------------- lists as files

NO_FILE = {  # templates that draw a table, or pages of a list, and offer no file of it: why not
    "decisions/draw.html": "the tickets of one draw; its record is a file of its own",
    "decisions/memo.html": "a page for paper; the decisions are a file",
    "layouts/upload_columns.html": "the columns of the file that was uploaded",
    "mail/mailbox.html": "messages of a demonstration",
    "mail/wordings.html": "each kind of message with its words, to be opened and changed",
    "nominations/accounted.html": "what a bulk act just did; the list that it came from is a file",
    "nominations/roster.html": "the headings that a roster may have",
    "offers/offer_at_desk.html": "the parts of one offer; all payments are a file",
    "publishing/award_recipients.html": "public: every recipient is in the site's open data",
    "publishing/open_data.html": "the fields of the open data itself",
    "publishing/privacy.html": "what is kept and for how long, typed out",
    "publishing/recipients.html": "public: every recipient is in the site's open data",
    "review/pairs.html": "the readers of one candidacy; who reads what is a file",
    "review/plan.html": "a plan before it is applied; afterwards who reads what is a file",
    "review/practice.html": "a member's own levels on one past file, which count nowhere",
}
PIECES = ("components", "gallery")  # what pages are made of, and samples of them


def test_every_list_is_offered_as_a_file():
    """By the page that draws it, or by the one that draws it through a macro of its own."""
    pages = {
        str(path.relative_to(ROOT / "templates")): path.read_text("utf-8") for path in files(".html", under="templates")
    }
    draws = re.compile(r"\b(table|pager|standings_table|rows_of|earlier_uploads)\(")
    without = {
        name
        for name, text in pages.items()
        if draws.search(text) and "downloads(" not in text and not Path(name).name.startswith("_")
    }
    without = {name for name in without if not name.startswith(PIECES)}
    assert without - set(NO_FILE) == set(), "offer it with `downloads(...)` (docs/components.md), or say above why not"
    assert set(NO_FILE) - without == set(), "these draw no list any more, or offer it: take them out above"


def test_every_file_of_a_list_is_offered_somewhere():
    """In both kinds, by the macro that every page has for it."""
    calls: dict[str, set[str]] = {}
    routes = set()
    for path in [path for path in files(".py", under="portal") if "views" in path.relative_to(ROOT).as_posix()]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                called = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
                named = {getattr(each, "attr", None) or getattr(each, "id", "") for each in called}
                calls.setdefault(node.name, set()).update(named)
                routes |= {node.name} if any("pages." in ast.unparse(each) for each in node.decorator_list) else set()
    helpers = {"table_file"} | {name for name in calls.keys() - routes if "table_file" in calls[name]}
    made = {name for name in routes if calls[name] & helpers}
    shown = "".join(path.read_text("utf-8") for path in files(".html", under="templates"))
    offered = {name.rpartition(".")[2] for name in re.findall(r"\bdownloads\(\s*\"([\w.]+)\"", shown)}
    assert {"screening_csv", "one_round_csv", "table", "found_csv"} <= made
    assert made - offered == set()
