"""Who cannot be covered, and why: the minimum cut of the plan's network, said as facts.

Where slots stay empty, everything that can still be reached from them in the residual network is short together: these
candidacies need more reads than all the reviewers whom they could have are able to give (Hall's condition, with loads).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from portal.errors import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from . import flow

#: How many names a sentence spells out before it says "and 12 more".
NAMES = 6


@dataclass(frozen=True, slots=True)
class Mend:
    """One thing that would let `fills` more slots be filled: a message id and its facts."""

    message: str
    facts: dict[str, object]
    fills: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """Candidacies that are short together, and the reviewers whose room is used up by them.

    `need` reads are asked for by `candidacies`; the reviewers in `full` have room for `room`, and `single` more come
    from reviewers who already read what they may of these; `short` are missing. `missing` says how many at each
    candidacy that the plan left short. `barred` counts, over these candidacies, why each other reviewer could not
    read them. The mends are alternatives, nearest first.
    """

    message: str
    candidacies: tuple[str, ...]
    full: tuple[str, ...]
    need: int
    room: int
    single: int
    short: int
    missing: tuple[tuple[str, int], ...]
    barred: tuple[tuple[str, int], ...]
    mends: tuple[Mend, ...]

    @property
    def facts(self) -> dict[str, object]:
        """What the message's placeholders stand for."""
        return {
            "candidacies": listed(self.candidacies),
            "need": self.need,
            "reviewers": listed(self.full),
            "room": self.room + self.single,
            "short": self.short,
        }


SHORT = N_(
    "Candidacies %(candidacies)s need %(need)d reads; only reviewers %(reviewers)s can give more, and there is room "
    "for %(room)d: %(short)d short."
)
SHORT_ONE = N_(
    "Candidacy %(candidacies)s needs %(need)d reads; only reviewers %(reviewers)s can give more, and there is room for "
    "%(room)d: %(short)d short."
)
SHORT_LINKS = N_(
    "Candidacies %(candidacies)s need %(need)d reads, but all who may read them give only %(room)d: %(short)d short."
)
SHORT_LINKS_ONE = N_(
    "Candidacy %(candidacies)s needs %(need)d reads, but all who may read it give only %(room)d: %(short)d short."
)
RAISE = N_("Let %(reviewers)s each read %(more)d more.")
RAISE_ONE = N_("Let %(reviewers)s read %(more)d more.")
FREE = N_("%(reviewer)s has room for %(room)d more, but may read none of these that are short: %(reasons)s.")
FREE_SOME = N_("%(reviewer)s has room for %(room)d more; what stands in the way is: %(reasons)s.")
FREE_ONE = N_("%(reviewer)s has room for %(room)d more, but may not read it: %(reasons)s.")
ANOTHER_ONE = N_("Find one more reviewer who may read it.")
OTHERS_ONE = N_("Find %(count)d more reviewers who may read it.")
ANOTHER = N_("Find one more reviewer who may read them, with room for %(more)d.")
OTHERS = N_("Find %(count)d more reviewers who may read them.")


def listed(names: Sequence[str]) -> str:
    """Return "A, B and C", with a count in place of the rest of a long list."""
    shown = [*names[:NAMES], f"{len(names) - NAMES} more"] if len(names) > NAMES + 1 else list(names)
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def sentence(shortage: Shortage) -> str:
    """Return the shortage and its mends in English, for the command line and for logs."""
    mends = [mend.message % mend.facts for mend in shortage.mends]
    return " ".join([shortage.message % shortage.facts, *(["Closest mends:", *mends] if mends else [])])


def find(
    problem: flow.Problem,
    solution: flow.Solution,
    *,
    candidacies: Sequence[str],
    reviewers: Sequence[str],
    why: Callable[[str, str], str],
) -> tuple[Shortage, ...]:
    """Return one shortage for each linked group of candidacies with empty slots, the worst first.

    `why` names the reason a reviewer may not read a candidacy, given their ids, candidacy first.
    """
    net = solution.network
    count_i, count_j = len(problem.demand), len(problem.high)
    empty = np.flatnonzero(solution.unfilled)
    if len(empty) == 0:
        return ()
    # Walk from a short candidacy to whoever could still take it on, and from them to what they read instead. The source
    # (node 0) is left out: a way to it would be a way to fill the slot, and through it everything else is linked.
    forward = (solution.flow < net.capacity) & (net.tail != 0)
    back = (solution.flow > 0) & (net.tail != 0)
    start = np.concatenate([net.head[forward], net.tail[back]])
    end = np.concatenate([net.tail[forward], net.head[back]])
    size = len(net.supply) + 1
    root = size - 1
    first = 1 + count_j
    graph = coo_array(
        (
            np.ones(len(start) + len(empty), dtype=np.int8),
            (np.concatenate([start, np.full(len(empty), root)]), np.concatenate([end, first + empty])),
        ),
        shape=(size, size),
    ).tocsr()
    reached = np.zeros(size, dtype=bool)
    reached[breadth_first_order(graph, root, return_predecessors=False)] = True
    reached[root] = False
    inside = reached[start] & reached[end]
    links = coo_array((np.ones(int(inside.sum()), dtype=np.int8), (start[inside], end[inside])), shape=(size, size))
    _, labels = connected_components(links.tocsr(), directed=False)
    found = []
    for group in np.unique(labels[first + empty]).tolist():
        members = reached & (labels == group)
        cands = np.flatnonzero(members[first : first + count_i])
        full = np.flatnonzero(members[1 : 1 + count_j])
        need = int(problem.demand[cands].sum())
        short = int(solution.unfilled[cands].sum())
        room = int(problem.high[full].sum())
        # What the full ones read elsewhere is no help here; what others already read of these is all they can.
        elsewhere = solution.chosen & np.isin(problem.rev, full) & ~np.isin(problem.cand, cands)
        room -= int(elsewhere.sum())
        found.append(
            _describe(
                problem,
                solution,
                cands=cands,
                full=full,
                sums=(need, room, short),
                candidacies=candidacies,
                reviewers=reviewers,
                why=why,
            )
        )
    return tuple(sorted(found, key=lambda s: (-s.short, s.candidacies)))


def _describe(
    problem: flow.Problem,
    solution: flow.Solution,
    *,
    cands: flow.Ints,
    full: flow.Ints,
    sums: tuple[int, int, int],
    candidacies: Sequence[str],
    reviewers: Sequence[str],
    why: Callable[[str, str], str],
) -> Shortage:
    """Return one group's shortage with its reasons and its mends."""
    need, room, short = sums
    load = np.bincount(problem.rev[solution.chosen], minlength=len(problem.high))
    eligible = set(
        zip(
            problem.cand[np.isin(problem.cand, cands)].tolist(),
            problem.rev[np.isin(problem.cand, cands)].tolist(),
            strict=True,
        )
    )
    names = tuple(candidacies[i] for i in cands.tolist())
    barred: Counter[str] = Counter()
    spare: list[tuple[int, Counter[str]]] = []
    lacking = [i for i in cands.tolist() if solution.unfilled[i]]
    for j in np.flatnonzero(~np.isin(np.arange(len(problem.high)), full)).tolist():
        reasons = Counter(why(candidacies[i], reviewers[j]) for i in cands.tolist() if (i, j) not in eligible)
        barred.update(reasons)
        left = int(problem.high[j] - load[j])
        if left > 0 and reasons:
            in_the_way = Counter(why(candidacies[i], reviewers[j]) for i in lacking if (i, j) not in eligible)
            spare.append((j, in_the_way or reasons))
    one = len(names) == 1
    mends: list[Mend] = []
    if len(full):
        more = -(-short // len(full))
        who = tuple(reviewers[j] for j in full.tolist())
        mends.append(Mend(RAISE if len(who) > 1 else RAISE_ONE, {"reviewers": listed(who), "more": more}, short))
    widest = max((solution.unfilled[i] for i in lacking), default=0)
    if widest > 1:
        mends.append(Mend(OTHERS_ONE if one else OTHERS, {"count": int(widest)}, short))
    else:
        mends.append(Mend(ANOTHER_ONE if one else ANOTHER, {"more": short}, short))
    for j, reasons in sorted(spare, key=lambda s: (sum(s[1].values()), reviewers[s[0]]))[:3]:
        left = int(problem.high[j] - load[j])
        said = ", ".join(f"{reason} ({n})" for reason, n in sorted(reasons.items()))
        everything = sum(reasons.values()) >= len(lacking)
        facts: dict[str, object] = {"reviewer": reviewers[j], "room": left, "reasons": said}
        said_as = (FREE_ONE if one else FREE) if everything else FREE_SOME
        mends.append(Mend(said_as, facts, min(left, short)))
    message = (SHORT_ONE if one else SHORT) if len(full) else (SHORT_LINKS_ONE if one else SHORT_LINKS)
    return Shortage(
        message=message,
        candidacies=names,
        full=tuple(reviewers[j] for j in full.tolist()),
        need=need,
        room=room,
        single=need - short - room,
        short=short,
        missing=tuple((candidacies[i], int(solution.unfilled[i])) for i in lacking),
        barred=tuple(sorted(barred.items())),
        mends=tuple(mends),
    )
