"""Which signs make a submission one to look at. Pure.

Nothing is ever refused for a sign, and nothing dropped: the worst that happens is that staff read it first. One sign that a
person may well show (no script, a quick hand, many neighbors behind one address) never holds anything alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.errors import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

HOUR = timedelta(hours=1)
FROM_ONE_SOURCE = 20  # without a proof within an hour, whoever they are
TO_ONE_ADDRESS = 12  # within a day, while nobody has opened the link that was sent there
MOST_LINKS = 3
PROOF_LASTS = timedelta(hours=6)
WORK = 60_000  # at most so many tries: about a second of a telephone
_LINKS = re.compile(r"https?://|www\.|\[url", re.IGNORECASE)


class Sign(StrEnum):
    """Something that programs show more often than people."""

    TRAP = "trap"
    QUICK = "quick"
    NO_PROOF = "no proof"
    SOURCE = "source"
    ADDRESS = "address"
    LINKS = "links"


WORDS = {
    Sign.TRAP: N_("Filled a field that nobody sees"),
    Sign.QUICK: N_("Begun and sent within seconds"),
    Sign.NO_PROOF: N_("No proof of work: a program, or a browser without script"),
    Sign.SOURCE: N_("Many from the same network within the hour"),
    Sign.ADDRESS: N_("Many for the same e-mail address, which nobody confirmed"),
    Sign.LINKS: N_("Several web addresses in the text"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one submission."""

    confirmed: bool  # somebody opened the link that was sent to its address
    trapped: bool
    proved: bool
    seconds: float  # from its beginning to its being sent
    from_source: int  # without a proof within the hour, this one counted
    to_address: int  # within the day, this one counted


def signs(seen: Seen, texts: Iterable[str], *, quick: int) -> list[Sign]:
    """Return the signs of one submission. One whose address was confirmed shows none: somebody reads that mail."""
    if seen.confirmed:
        return []
    links = sum(len(_LINKS.findall(text)) for text in texts)
    found = (
        (Sign.TRAP, seen.trapped),
        (Sign.QUICK, seen.seconds < quick),
        (Sign.NO_PROOF, not seen.proved),
        (Sign.SOURCE, not seen.proved and seen.from_source > FROM_ONE_SOURCE),
        (Sign.ADDRESS, seen.to_address > TO_ONE_ADDRESS),
        (Sign.LINKS, links >= MOST_LINKS),
    )
    return [sign for sign, holds in found if holds]


def is_held(found: Iterable[Sign]) -> bool:
    """Say whether staff look at it before it counts."""
    shown = set(found)
    if shown & {Sign.TRAP, Sign.ADDRESS}:
        return True
    return len(shown & {Sign.QUICK, Sign.NO_PROOF, Sign.LINKS, Sign.SOURCE}) >= 2  # noqa: PLR2004 - one alone is a person's


class DoubtState(StrEnum):
    """What became of a doubt."""

    OPEN = "open"
    LET_IN = "let in"
    SET_ASIDE = "set aside"
