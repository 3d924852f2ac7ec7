"""What is known of a nominee from everything that names them, for the rules of matching to compare."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Select, bindparam, func, select, union

from portal.db import ask, db, fixed
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    CandidacySchool,
    Match,
    Named,
    Nomination,
    NominationSchool,
    Where,
)
from portal.nominations.rules import Stage
from portal.nominations.rules.matching import Name, Profile, Team
from portal.people.models import Person
from portal.people.rules import address_key, fold, name_key
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

CENTRAL = "central office"
AT_ONCE = 5000  # numbers in one query
NAMED_SO = (Stage.SUBMITTED, Stage.REVISING, Stage.RETURNED, Stage.WITHDRAWN, Stage.VOID)


def place_of(where: Where, text: str | None) -> str | None:
    """Return the word for a place that is no listed school, for comparing; None where there is none."""
    if where is Where.CENTRAL:
        return CENTRAL
    return fold(text or "") or None


def profile_of(nomination: Nomination) -> Profile:
    """Return what one nomination says of its nominee. Needs `named` and `schools` loaded."""
    place = place_of(nomination.place, nomination.place_text)
    return Profile(
        namings=frozenset({tuple(Name(named.given_name, named.family_name) for named in nomination.named)}),
        schools={link.school_id: link.school.name for link in nomination.schools},
        places=frozenset({place} if place and not nomination.schools else ()),
        addresses=frozenset(key for named in nomination.named if (key := address_key(named.email))),
    )


def keys_of(profile: Profile) -> set[str]:
    """Return the name keys under which somebody of this name may be found, the names in another order too."""
    names = {name for team in profile.namings for name in team}
    return {name_key(name.given, name.family) for name in names} | {name_key(name.family, name.given) for name in names}


NAMES: Any = bindparam("names", expanding=True)
NUMBERS: Any = bindparam("numbers", expanding=True)
CYCLE: Any = bindparam("cycle")


@cache
def _near(by: Literal["schools", "places", "names"]) -> Select[int]:
    addresses: Any = bindparam("addresses", expanding=True)
    schools: Any = bindparam("schools", expanding=True)
    named = (
        select(Nomination.candidacy_id)
        .join(Named, Named.nomination_id == Nomination.id)
        .where(Nomination.cycle_id == CYCLE, Nomination.candidacy_id.is_not(None), Named.name_key.in_(NAMES))
    )
    persons = (
        select(CandidacyPerson.candidacy_id)
        .join(Person, Person.id == CandidacyPerson.person_id)
        .where(CandidacyPerson.cycle_id == CYCLE, Person.sort_name.in_(NAMES) | Person.email_key.in_(addresses))
    )
    ways = [named, persons]
    if by == "schools":
        ways.append(
            select(CandidacySchool.candidacy_id)
            .join(Candidacy, Candidacy.id == CandidacySchool.candidacy_id)
            .where(CandidacySchool.school_id.in_(schools), Candidacy.cycle_id == CYCLE)
        )
    elif by == "places":
        ways.append(
            select(Candidacy.id).where(
                Candidacy.cycle_id == CYCLE,
                ~select(CandidacySchool.id).where(CandidacySchool.candidacy_id == Candidacy.id).exists(),
            )
        )
    found = union(*ways).subquery()
    return (
        select(Candidacy.id)
        .where(Candidacy.id.in_(select(found.c[0])), Candidacy.merged_into_id.is_(None))
        .order_by(Candidacy.id)
    )


def near(cycle_id: int, profile: Profile) -> list[int]:
    """Return the numbers of the cycle's candidacies worth comparing: by name, by address, by school, by place."""
    facts: dict[str, Any] = {"cycle": cycle_id, "names": list(keys_of(profile)), "addresses": list(profile.addresses)}
    if profile.schools:
        facts["schools"] = list(profile.schools)
    by: Literal["schools", "places", "names"] = (
        "schools" if profile.schools else "places" if profile.places else "names"
    )
    return [number for (number,) in ask(_near(by), facts)]


_OF_NAME = select(Person.id).where(Person.sort_name.in_(NAMES))
_NAMESAKES = (
    select(Candidacy.id)
    .join(CandidacyPerson, CandidacyPerson.candidacy_id == Candidacy.id)
    .where(Candidacy.cycle_id != CYCLE, Candidacy.merged_into_id.is_(None), CandidacyPerson.person_id.in_(NUMBERS))
    .order_by(Candidacy.id)
)


def namesakes(profile: Profile, *, but_cycle_id: int) -> list[int]:
    """Return the numbers of other cycles' candidacies of somebody of this name: a person honoured twice is one person.

    Two steps, since most names are of nobody yet: asked at once, PostgreSQL looks through every candidacy of every year.
    """
    persons = [number for (number,) in ask(_OF_NAME, {"names": list(keys_of(profile))})]
    if not persons:
        return []
    return [number for (number,) in ask(_NAMESAKES, {"cycle": but_cycle_id, "numbers": persons})]


def profiles(numbers: Collection[int]) -> dict[int, Profile]:
    """Return what is known of each of these candidacies: four queries for every few thousand of them."""
    wanted = list(numbers)
    found: dict[int, Profile] = {}
    for start in range(0, len(wanted), AT_ONCE):
        found.update(_profiles(wanted[start : start + AT_ONCE]))
    return found


_PERSONS = (
    select(CandidacyPerson.candidacy_id, Person.given_name, Person.family_name, Person.email_key)
    .join(Person, Person.id == CandidacyPerson.person_id)
    .where(CandidacyPerson.candidacy_id.in_(NUMBERS))
    .order_by(CandidacyPerson.position)
)
_NAMED = fixed(
    select(Nomination.candidacy_id, Nomination.id, Named.given_name, Named.family_name, Named.email)
    .join(Named, Named.nomination_id == Nomination.id)
    .where(Nomination.candidacy_id.in_(NUMBERS), Nomination.stage.in_(NAMED_SO))
    .order_by(Named.position)
)
_SCHOOLS = (
    select(CandidacySchool.candidacy_id, School.id, School.name)
    .join(School, School.id == CandidacySchool.school_id)
    .where(CandidacySchool.candidacy_id.in_(NUMBERS))
)
_PLACES = fixed(
    select(Nomination.candidacy_id, Nomination.place, Nomination.place_text)
    .where(
        Nomination.candidacy_id.in_(NUMBERS),
        Nomination.stage.in_(NAMED_SO),
        ~select(NominationSchool.id).where(NominationSchool.nomination_id == Nomination.id).exists(),
    )
    .distinct()
)


def _profiles(numbers: Collection[int]) -> dict[int, Profile]:
    teams: dict[int, dict[int, list[Name]]] = defaultdict(
        lambda: defaultdict(list)
    )  # candidacy -> nomination (0: as staff put it) -> names
    addresses: dict[int, set[str]] = defaultdict(set)
    schools: dict[int, dict[int, str]] = defaultdict(dict)
    places: dict[int, set[str]] = defaultdict(set)
    facts = {"numbers": list(numbers)}
    for candidacy, given, family, email in ask(_PERSONS, facts):
        teams[candidacy][0].append(Name(given, family))
        addresses[candidacy] |= {email} if email else set()
    for holder, nomination, given, family, email in ask(_NAMED, facts):
        teams[holder or 0][nomination].append(Name(given, family))
        key = address_key(email)
        addresses[holder or 0] |= {key} if key else set()
    for candidacy, school, name in ask(_SCHOOLS, facts):
        schools[candidacy][school] = name
    for at, where, text in ask(_PLACES, facts):
        place = place_of(where, text)
        places[at or 0] |= {place} if place else set()
    return {
        number: Profile(
            namings=frozenset(_teams(teams[number].values())),
            schools=schools[number],
            places=frozenset(places[number]),
            addresses=frozenset(addresses[number]),
        )
        for number in numbers
    }


class Known:
    """What is known of every candidacy of one cycle, held in memory while many nominations are gathered one after another."""

    def __init__(self, cycle_id: int) -> None:
        """Load it: five queries, whatever the cycle holds."""
        self.cycle_id = cycle_id
        self.profiles: dict[int, Profile] = {}
        self._by: dict[object, set[int]] = defaultdict(set)
        live = select(Candidacy.id).where(Candidacy.cycle_id == cycle_id, Candidacy.merged_into_id.is_(None))
        for number, profile in profiles(db.session.scalars(live).all()).items():
            self.put(number, profile)

    def put(self, number: int, profile: Profile) -> None:
        """Add what one more nomination says of a candidacy."""
        before = self.profiles.get(number)
        if before is not None:
            profile = Profile(
                before.namings | profile.namings,
                {**before.schools, **profile.schools},
                before.places | profile.places,
                before.addresses | profile.addresses,
            )
        self.profiles[number] = profile
        for key in self._keys(profile, own=True):
            self._by[key].add(number)

    def near(self, profile: Profile) -> dict[int, Profile]:
        """Return the candidacies worth comparing, as `near()` selects them."""
        numbers = {number for key in self._keys(profile, own=False) for number in self._by.get(key, ())}
        return {number: self.profiles[number] for number in sorted(numbers)}

    @staticmethod
    def _keys(profile: Profile, *, own: bool) -> set[object]:
        names = (
            {name_key(name.given, name.family) for team in profile.namings for name in team}
            if own
            else keys_of(profile)
        )
        return {
            *names,
            *profile.schools,
            *(("address", one) for one in profile.addresses),
            *(("place", one) for one in profile.places),
        }


def _teams(found: Iterable[list[Name]]) -> Iterable[Team]:
    return (tuple(names) for names in found)


def matches_between(cycle_id: int, numbers: Sequence[int]) -> dict[tuple[int, int], Match]:
    """Return the suggestions of a cycle that concern any of these candidacies, decided or not, by their pair."""
    wanted = select(Match).where(Match.cycle_id == cycle_id, Match.first_id.in_(numbers) | Match.second_id.in_(numbers))
    return {(match.first_id, match.second_id): match for match in db.session.scalars(wanted)}


def how_many_nominations(candidacy_id: int) -> int:
    """Return how many nominations a candidacy gathers, whatever became of them."""
    return (
        db.session.scalar(select(func.count()).select_from(Nomination).where(Nomination.candidacy_id == candidacy_id))
        or 0
    )
