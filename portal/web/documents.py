"""Documents generated from the code, so that they cannot drift from it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from portal import policy
from portal.lives import REGISTER
from portal.policy import VISIBLE

HOME = Path(__file__).resolve().parent.parent.parent
RULES = (
    "portal.awards.rules",
    "portal.nominations.rules",
    "portal.nominations.rules.letters",
    "portal.nominations.rules.papers",
    "portal.nominations.hearing.rules",
    "portal.nominations.rules.parts",
    "portal.nominations.translating.rules",
    "portal.review.rules.lives",
    "portal.decisions.rules.lives",
    "portal.publishing.rules.practice",
    "portal.publishing.rules",
    "portal.offers.rules",
    "portal.mail.rules",
    "portal.files.rules",
)


def permissions() -> str:
    """Return docs/permissions.md: who may do what, and who sees what, in words."""
    lines = [
        "# Who may do what, and who sees what",
        "",
        "Generated from `portal/policy.py` by `portal docs`. Whoever may not, gets the same 404 as if the thing did not exist; signed out,",
        "every private address gives the same sign-in page.",
        "",
        "| to | one must be |",
        "|---|---|",
        *(f"| {permission} | {words} |" for permission, words in policy.in_words()),
        "",
        "## Who sees which datum",
        "",
        "Deny beats mask, mask beats show; somebody who scores a blind round keeps the reviewer's view whatever other role they hold.",
        "",
        "| datum | is denied to | is seen by | is seen masked by |",
        "|---|---|---|---|",
        *(
            f"| {datum.value} | whoever {denied.words} | whoever {shown.words} | {_whoever(masked.words)} |"
            for datum, (denied, shown, masked) in VISIBLE.items()
        ),
        "",
    ]
    return "\n".join(lines)


def _whoever(words: str) -> str:
    return words if words == "nobody" else f"whoever {words}"


def lives() -> str:
    """Return docs/lives.md: every life as a table of state, step and next state."""
    for name in RULES:
        try:
            import_module(name)
        except ModuleNotFoundError as missing:
            if missing.name != name:
                raise
    lines = [
        "# The lives of things",
        "",
        "Generated from each room's rules by `portal docs`. A page offers exactly the steps that the table and the policy allow.",
        "",
    ]
    for name, life in sorted(REGISTER.items()):
        lines += [f"## {name.capitalize()}", "", "| state | step | then |", "|---|---|---|"]
        lines += [f"| {before.value} | {step.value} | {after.value} |" for (before, step), after in life.table.items()]
        lines += [""]
    return "\n".join(lines)


def open_data() -> str:
    """Return docs/open-data.md: what programs read of those honored, field by field."""
    data = import_module("portal.publishing.rules.data")
    lines = [
        "# Feeds, calendars and data",
        "",
        "Generated from `portal/publishing/rules/data.py` by `portal docs`; visitors read the same at `/data`.",
        "",
        "| address | gives |",
        "|---|---|",
        *(f"| `{address}` | {words} |" for address, words in data.ADDRESSES.items()),
        "",
        "JSON and CSV take the words of `/recipients`: `?year=`, `award=`, `whom=`, `school=`, `q=`. All of it is made of the same",
        "snapshots as the pages: nothing stands in any of them before its instant, and what a person takes back is gone from all of",
        "them in the same transaction. Fetch it anew before you show it.",
        "",
        f"## A record (version {data.VERSION})",
        "",
        "A later version may add fields; none is renamed or changes its meaning without a new number.",
        "",
        "| field | type | CSV | what it means |",
        "|---|---|---|---|",
        *(
            f"| `{field.name}` | {' or '.join(field.kind)} | {'yes' if field.in_csv else 'no'} | {field.about} |"
            for field in data.FIELDS
        ),
        "",
        "A quotation is an object of `words`, `translation`, `language`, `name` and `relation`, each but the words possibly null.",
        "",
    ]
    return "\n".join(lines)


def write_all(*, check: bool = False) -> list[str]:
    """Write what is out of date (or only name it, with `check`). Returns the documents' names."""
    stale = []
    documents = {
        "docs/permissions.md": permissions(),
        "docs/lives.md": lives(),
        "docs/open-data.md": open_data(),
    }
    for name, text in documents.items():
        path = HOME / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
    return stale
