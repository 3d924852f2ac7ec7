"""Drawing lots so that anyone can check them with `sha256sum`, and nobody can have steered them.

Freeze the pool (its digest is published), commit (each officer publishes the SHA-256 of a secret), wait for a public
event that nobody controls (the beacon), then reveal. A ticket is the hash of the seed and the id; the lowest tickets
win. Taking somebody out changes nobody else's ticket, and there is no modulo bias.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.errors import N_, PortalError

SEED_LABEL = b"seed-v1"
TICKET_LABEL = b"lottery-v1"


class BadDraw(PortalError):
    """The pool, the secrets or the beacon are not what was agreed; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The outcome: the seed, each id's ticket (hexadecimal), all ids in the order drawn, and the winners.

    `withheld` are commitments whose secret was not revealed: the draw uses the others and the beacon.
    """

    pool_digest: str
    commitments: tuple[str, ...]
    withheld: tuple[str, ...]
    seed: str
    tickets: Mapping[str, str]
    order: tuple[str, ...]
    winners: tuple[str, ...]


def pool_digest(pool: Sequence[str]) -> str:
    """Return the SHA-256 of the ids sorted by code point, one per line: `LC_ALL=C sort POOL.txt | sha256sum`."""
    return hashlib.sha256("".join(f"{each}\n" for each in sorted(pool)).encode()).hexdigest()


def commitment(secret: bytes) -> str:
    """Return what an officer publishes beforehand: the SHA-256 of a secret of 32 random bytes."""
    return hashlib.sha256(secret).hexdigest()


def seed_of(secrets: Sequence[bytes], beacon: bytes) -> bytes:
    """Return SHA-256("seed-v1" 00 secrets in order 00 beacon), all raw bytes, 32 of them."""
    return hashlib.sha256(SEED_LABEL + b"\0" + b"".join(secrets) + b"\0" + beacon).digest()


def ticket(seed: bytes, name: str) -> str:
    """Return SHA-256("lottery-v1" 00 seed 00 utf8(id)) in hexadecimal."""
    return hashlib.sha256(TICKET_LABEL + b"\0" + seed + b"\0" + name.encode()).hexdigest()


def in_order(pool: Sequence[str], seed: bytes, *, weights: Mapping[str, float] | None = None) -> tuple[str, ...]:
    """Return the ids by ticket, lowest first; with weights, by -ln(u) / weight (Efraimidis and Spirakis 2006).

    Raises `BadDraw` for an id that is there twice, or a weight that is not above 0.
    """
    _check_pool(pool)
    tickets = {each: ticket(seed, each) for each in pool}
    if weights is None:
        return tuple(sorted(pool, key=lambda each: tickets[each]))
    for each in pool:
        weight = weights.get(each, 0.0)
        if not 0 < weight < math.inf:
            raise BadDraw(N_("The weight of %(id)s must be above 0."), id=each)

    def waiting(name: str) -> tuple[float, str]:
        u = (int(tickets[name], 16) + 0.5) / 2.0**256
        return -math.log(u) / weights[name], tickets[name]

    return tuple(sorted(pool, key=waiting))


def draw(
    pool: Sequence[str],
    *,
    places: int,
    secrets: Sequence[bytes] = (),
    beacon: bytes = b"",
    commitments: Sequence[str] = (),
    seed: bytes | None = None,
) -> Drawn:
    """Return the draw of `places` out of the pool.

    Either a ready `seed`, or `secrets` in the order of their published `commitments` and the `beacon`. Raises
    `BadDraw` when the pool is empty or repeats an id, places make no sense, a secret matches no commitment, or
    nothing was revealed.
    """
    _check_pool(pool)
    if places < 1:
        raise BadDraw(N_("There must be at least one place."))
    made = tuple(commitment(secret) for secret in secrets)
    if len(set(made)) < len(made):
        raise BadDraw(N_("The same secret is there twice."))
    if commitments:
        agreed = [each.lower() for each in commitments]
        left = list(agreed)
        for each in made:
            if each not in left:
                raise BadDraw(
                    N_("A secret does not match its commitment, or comes out of order: %(digest)s."), digest=each
                )
            # Each officer's place was fixed with the commitment; one who withholds is passed over.
            left = left[left.index(each) + 1 :]
        withheld = tuple(each for each in agreed if each not in made)
    else:
        withheld = ()
    if seed is None:
        if not secrets and not beacon:
            raise BadDraw(N_("Nothing was revealed: a draw needs secrets, a beacon, or a seed."))
        seed = seed_of(secrets, beacon)
    order = in_order(pool, seed)
    return Drawn(
        pool_digest=pool_digest(pool),
        commitments=tuple(each.lower() for each in commitments) or made,
        withheld=withheld,
        seed=seed.hex(),
        tickets={each: ticket(seed, each) for each in order},
        order=order,
        winners=order[:places],
    )


def _check_pool(pool: Sequence[str]) -> None:
    if not pool:
        raise BadDraw(N_("The pool is empty."))
    seen: set[str] = set()
    for each in pool:
        if each in seen:
            raise BadDraw(N_("%(id)s is in the pool twice."), id=each)
        seen.add(each)


def rfc3797_key(sources: Sequence[Sequence[int]]) -> str:
    """Return the key string of RFC 3797: each source's numbers sorted, a dot after each, then a slash."""
    return "".join("".join(f"{number}." for number in sorted(source)) + "/" for source in sources)


def rfc3797(key: str, *, pool: int, places: int) -> tuple[tuple[int, str], ...]:
    """Return (position from 1, MD5) of each one selected out of `pool`, as the IETF draws its committees.

    Kept so that draws of others, and ours, can be checked against a published standard; our own tickets have no modulo
    bias and survive a withdrawal. Raises `BadDraw` when more are wanted than there are.
    """
    if not 1 <= places <= pool < 2**16:
        raise BadDraw(N_("%(places)d cannot be drawn out of %(pool)d."), places=places, pool=pool)
    left = list(range(1, pool + 1))
    drawn = []
    for turn in range(places):
        around = turn.to_bytes(2, "big")
        digest = hashlib.md5(around + key.encode() + around, usedforsecurity=False).hexdigest()
        drawn.append((left.pop(int(digest, 16) % len(left)), digest.upper()))
    return tuple(drawn)
