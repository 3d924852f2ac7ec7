"""Samples of every endpoint's objects in the small world, and what holds of each person and each object, written by hand.

The facts stand here a second time on purpose: the rooms compute them from rows, and a test compares the two by what each
person gets. A new endpoint with an address of its own needs samples: add them to `SAMPLES` at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from portal.policy import Fact
from tests.support.world_small import GUARDIAN, HERE, PEOPLE, VISITOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from werkzeug.routing import Rule

    from tests.support.world_small import World

SIGNED_OUT = frozenset({VISITOR, HERE})
STAFF = frozenset({"staff", "conflicted staff", "publisher", "proposer"})
PUBLISHERS = frozenset({"publisher", "publisher alone", "proposer"})
MEMBERS = {
    "teaching": {"reviewer", "undeclared", "conflicted reviewer", "chair"},
    "principals": {"reviewer", "chair"},
    "arts": {"reviewer elsewhere"},
}
CHAIRED = {"teaching", "principals"}
CONFLICTED = {"one": {"conflicted reviewer", "conflicted staff"}}  # the candidacies somebody must not touch
ASSIGNED = {
    "one": {"reviewer", "conflicted reviewer", "undeclared"},
    "two": {"reviewer", "conflicted reviewer", "undeclared"},
    "apart": {"reviewer"},
    "surprise": {"reviewer"},
    "passed over": {"reviewer"},
    "elsewhere": {"reviewer elsewhere"},
}
PLACES = {  # where each cycle lies: its slug and year
    "teaching": ("teaching", 2026),
    "principals": ("principals", 2026),
    "students": ("students", 2026),
    "arts": ("arts", 2026),
    "draft": ("students", 2027),
    "teaching past": ("teaching", 2025),
    "students past": ("students", 2025),
}
Facts = frozenset[Fact]
NOTHING: Facts = frozenset()


class Sample(NamedTuple):
    """One object of an endpoint: what to call it, its part of the address, and what holds of each person and it.

    `facts(person)` is None where there is no such object, for anybody or for this person.
    """

    name: str
    address: dict[str, Any]
    facts: Callable[[str], Facts | None]


def alone(person: str) -> Facts:
    """Return what holds of a person whatever they look at."""
    facts = {Fact.ANYONE, Fact.DEMONSTRATION}
    if person != VISITOR:
        facts.add(Fact.HERE)
    if person not in {*SIGNED_OUT, GUARDIAN}:
        facts.add(Fact.SIGNED_IN)
    if person in STAFF:
        facts |= {Fact.STAFF, Fact.STAFF_SOMEWHERE}
    if person == "staff elsewhere":
        facts.add(Fact.STAFF_SOMEWHERE)
    if person in PUBLISHERS:
        facts.add(Fact.PUBLISHER)
    if person == "auditor":
        facts.add(Fact.AUDITOR)
    if any(person in members for members in MEMBERS.values()):
        facts.add(Fact.REVIEWS)
    if person == "chair":
        facts.add(Fact.CHAIRS)
    return frozenset(facts)


def of_cycle(place: str) -> Callable[[str], Facts]:
    """Return what holds of anybody and a cycle."""

    def facts(person: str) -> Facts:
        found = set()
        if person in STAFF or (person == "staff elsewhere" and place == "arts"):
            found.add(Fact.STAFF_OF_IT)
        if person in PUBLISHERS:
            found.add(Fact.PUBLISHER_OF_IT)
        if person in MEMBERS.get(place, set()):
            found.add(Fact.MEMBER_OF_IT)
            if person != "undeclared":
                found.add(Fact.DECLARED)
        if person == "chair" and place in CHAIRED:
            found.add(Fact.CHAIR_OF_IT)
        if person == "invited" and place == "teaching":
            found.add(Fact.INVITED)
        if place == "principals":
            found.add(Fact.IN_DELIBERATION)
        return frozenset(found)

    return facts


def of_candidacy(place: str, key: str) -> Callable[[str], Facts]:
    """Return what holds of anybody and one candidacy of a cycle."""
    whole = of_cycle(place)

    def facts(person: str) -> Facts:
        found = set(whole(person))
        if person in CONFLICTED.get(key, set()):
            found.add(Fact.CONFLICT)
        if person in ASSIGNED.get(key, set()):
            found.add(Fact.ASSIGNED)
            if person != "undeclared":
                found.add(Fact.CLEAR)
        return frozenset(found)

    return facts


def with_facts(facts: Callable[[str], Facts | None], **also: set[str]) -> Callable[[str], Facts | None]:
    """Return the same, and a fact more for some: PROPOSED_IT={"proposer"}."""

    def more(person: str) -> Facts | None:
        known = facts(person)
        return None if known is None else known | {Fact[name] for name, people in also.items() if person in people}

    return more


def nowhere(_person: str) -> None:
    """Say that there is no such object."""


def only_for(
    *people: str, facts: Callable[[str], Facts | None] = lambda _person: NOTHING
) -> Callable[[str], Facts | None]:
    """Return facts of an object that nobody else can even find."""
    return lambda person: facts(person) if person in people else None


def simply(_person: str) -> Facts:
    """Say that nothing but what holds of the person alone matters."""
    return NOTHING


# ---------------------------------------------------------------- the samples


def _at(place: str, /, **more: Any) -> dict[str, Any]:
    slug, year = PLACES[place]
    return {"slug": slug, "year": year, **more}


def cycles(_world: World) -> Iterable[Sample]:
    """One's own, in deliberation, another's, a draft, and two that are not there."""
    for name, place in (
        ("own", "teaching"),
        ("in deliberation", "principals"),
        ("other's", "arts"),
        ("a draft", "draft"),
    ):
        yield Sample(name, _at(place), of_cycle(place))
    yield Sample("missing", {"slug": "teaching", "year": 1999}, nowhere)
    yield Sample("missing award", {"slug": "no-such-award", "year": 2026}, nowhere)


def deciding(_world: World) -> Iterable[Sample]:
    """Cycles as they are decided: whoever alone proposed does not approve."""
    yield Sample("own", _at("principals"), with_facts(of_cycle("principals"), PROPOSED_IT={"proposer"}))
    yield Sample("wrong stage", _at("teaching"), of_cycle("teaching"))
    yield Sample("other's", _at("arts"), of_cycle("arts"))
    yield Sample("missing", _at("teaching") | {"year": 1999}, nowhere)


def replayed(_world: World) -> Iterable[Sample]:
    """Cycles whose decision was computed again, and one where it was not."""
    yield Sample("own", _at("principals"), of_cycle("principals"))
    yield Sample("not computed again", _at("teaching"), nowhere)
    yield Sample("missing", _at("principals") | {"year": 1999}, nowhere)


def drawn(_world: World) -> Iterable[Sample]:
    """Cycles whose tie is settled by lot, and one without such a tie."""
    yield Sample("own", _at("principals"), of_cycle("principals"))
    yield Sample("no tie", _at("teaching"), nowhere)
    yield Sample("missing", _at("principals") | {"year": 1999}, nowhere)


def releasing(_world: World) -> Iterable[Sample]:
    """Cycles as they are released: any conflict in one closes it."""
    yield Sample("own", _at("principals"), with_facts(of_cycle("principals"), PROPOSED_IT={"proposer"}))
    closed = with_facts(of_cycle("teaching"), CONFLICT=CONFLICTED["one"])
    yield Sample("wrong stage", _at("teaching"), closed)
    yield Sample("released", _at("teaching past"), with_facts(of_cycle("teaching past"), PROPOSED_IT={"proposer"}))
    yield Sample("other's", _at("arts"), of_cycle("arts"))
    yield Sample("missing", _at("principals") | {"year": 1999}, nowhere)


def numbered(thing: str, *, key: str = "number") -> Callable[[World], Iterable[Sample]]:
    """Return samples of something numbered within a cycle, which the cycle's own facts open."""

    def samples(world: World) -> Iterable[Sample]:
        for name, place in (("own", "draft"), ("wrong stage", "teaching"), ("other's", "arts")):
            yield Sample(name, _at(place, **{key: world[f"{thing} {place}"]}), of_cycle(place))
        yield Sample("of another cycle", _at("draft", **{key: world[f"{thing} arts"]}), nowhere)
        yield Sample("missing", _at("draft", **{key: 10**6}), nowhere)

    return samples


def members(world: World) -> Iterable[Sample]:
    """Places on a committee, as staff see them."""
    for name, place, key in (
        ("own", "teaching", "undeclared"),
        ("asked", "teaching", "invited"),
        ("wrong stage", "teaching", "removed"),
        ("other's", "arts", "reviewer elsewhere"),
    ):
        yield Sample(name, _at(place, number=world[f"member {place} {key}"]), of_cycle(place))
    yield Sample("of another cycle", _at("teaching", number=world["member arts reviewer elsewhere"]), nowhere)
    yield Sample("missing", _at("teaching", number=10**6), nowhere)


def seats(world: World) -> Iterable[Sample]:
    """Places on a committee, as whoever has one sees it."""
    for name, place, key in (
        ("asked", "teaching", "invited"),
        ("undeclared", "teaching", "undeclared"),
        ("declared", "teaching", "reviewer"),
        ("elsewhere", "arts", "reviewer elsewhere"),
    ):
        yield Sample(name, {"number": world[f"member {place} {key}"]}, only_for(key, facts=of_cycle(place)))
    yield Sample("taken off", {"number": world["member teaching removed"]}, only_for("removed"))
    yield Sample("missing", {"number": 10**6}, nowhere)


def discussed(world: World, **more: Any) -> Iterable[Sample]:
    """Candidacies of a round, by their reference in it."""
    for name, place, key in (
        ("own", "principals", "surprise"),
        ("conflicted", "teaching", "one"),
        ("wrong stage", "teaching", "apart"),
        ("other's", "arts", "elsewhere"),
    ):
        yield Sample(name, _at(place, reference=world.words[f"spoken {key}"], **more), of_candidacy(place, key))
    yield Sample("by its own reference", _at("teaching", reference=world.words["candidacy one"], **more), nowhere)
    yield Sample("of another cycle", _at("teaching", reference=world.words["spoken elsewhere"], **more), nowhere)
    yield Sample("missing", _at("teaching", reference="R-NONE", **more), nowhere)


def earlier(world: World) -> Iterable[Sample]:
    """Rounds of a cycle, by their place among them."""
    for name, place in (("own", "teaching"), ("with names", "principals"), ("other's", "arts")):
        yield Sample(name, _at(place, nth=1), of_cycle(place))
    yield Sample("missing", _at("teaching", nth=9), nowhere)


def readings_of(world: World) -> Iterable[Sample]:
    """Who reads what, to be taken back by hand."""
    yield from discussed(world, person=world["person reviewer"])


def plans(world: World) -> Iterable[Sample]:
    """Plans of assignment."""
    for name, place in (("own", "teaching"), ("other's", "arts")):
        yield Sample(name, _at(place, number=world[f"plan {place}"]), of_cycle(place))
    yield Sample("of another cycle", _at("teaching", number=world["plan arts"]), nowhere)
    yield Sample("missing", _at("teaching", number=10**6), nowhere)


def texts(world: World) -> Iterable[Sample]:
    """What is looked over on the redaction desk, by the first of its texts."""
    for name, key in (("conflicted", "one"), ("own", "apart")):
        yield Sample(name, _at("teaching", number=world[f"masked {key}"]), of_candidacy("teaching", key))
    yield Sample("of another cycle", _at("principals", number=world["masked apart"]), nowhere)
    yield Sample("not its first", _at("teaching", number=world["masked apart"] + 1), nowhere)
    yield Sample("missing", _at("teaching", number=10**6), nowhere)


def covered_files(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of a file on the redaction desk."""

    def samples(world: World) -> Iterable[Sample]:
        number = world["covered file"]
        yield Sample("conflicted", _at("teaching", number=number, **more), of_candidacy("teaching", "one"))
        yield Sample("of another cycle", _at("principals", number=number, **more), nowhere)
        yield Sample("missing", _at("teaching", number=10**6, **more), nowhere)

    return samples


def files_read(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of a file that readers open."""

    def samples(world: World) -> Iterable[Sample]:
        for name, key, who in (
            ("own", "reviewer one", "reviewer"),
            ("conflicted", "conflicted reviewer one", "conflicted reviewer"),
            ("not declared", "undeclared one", "undeclared"),
        ):
            facts = only_for(who, facts=of_candidacy("teaching", "one"))
            yield Sample(name, {"number": world[f"position {key}"], "place": 1, **more}, facts)
        yield Sample("without files", {"number": world["position reviewer apart"], "place": 1, **more}, nowhere)
        yield Sample("missing", {"number": world["position reviewer one"], "place": 2, **more}, nowhere)

    return samples


def words_for_nominators(world: World) -> Iterable[Sample]:
    """What a review says to nominators."""
    yield Sample("conflicted", _at("teaching", number=world["review one"]), of_candidacy("teaching", "one"))
    yield Sample("of another cycle", _at("principals", number=world["review one"]), nowhere)
    yield Sample("missing", _at("teaching", number=10**6), nowhere)


def sheets(world: World) -> Iterable[Sample]:
    """Readings whose sheets may be typed in."""
    for name, key in (("own", "apart"), ("conflicted", "one")):
        number = world[f"assignment reviewer {key}"]
        yield Sample(name, _at("teaching", number=number), of_candidacy("teaching", key))
    yield Sample("of another cycle", _at("arts", number=world["assignment reviewer apart"]), nowhere)
    yield Sample("missing", _at("teaching", number=10**6), nowhere)


def packets(world: World) -> Iterable[Sample]:
    """Members who have something to read."""
    yield Sample("own", _at("teaching", number=world["member teaching reviewer"]), of_cycle("teaching"))
    yield Sample("missing", _at("teaching", number=1) | {"year": 1999}, nowhere)


def practice_files(world: World) -> Iterable[Sample]:
    """Past files that the office chose."""
    yield Sample("own", _at("teaching", number=world["practice file"]), of_cycle("teaching"))
    yield Sample("missing", _at("teaching", number=1) | {"year": 1999}, nowhere)


def practiced(world: World) -> Iterable[Sample]:
    """A past file as members try it: not whoever it is about, nor whoever nominated them."""
    apart = with_facts(of_cycle("teaching"), CONFLICT={"recipient", "nominator"})
    yield Sample("own", {"number": world["practice file"]}, apart)
    yield Sample("missing", {"number": 10**6}, nowhere)


def readings(world: World) -> Iterable[Sample]:
    """Readings, by their reader's own number: nobody else finds them."""
    for name, place, key, who in (
        ("own", "teaching", "one", "reviewer"),
        ("own, not begun", "teaching", "apart", "reviewer"),
        ("wrong stage", "principals", "surprise", "reviewer"),
        ("conflicted", "teaching", "one", "conflicted reviewer"),
        ("not declared", "teaching", "one", "undeclared"),
        ("other's", "arts", "elsewhere", "reviewer elsewhere"),
    ):
        number = world[
            "position principals surprise"
            if place == "principals"
            else "position elsewhere"
            if place == "arts"
            else f"position {who} {key}"
        ]
        yield Sample(name, {"number": number}, only_for(who, facts=of_candidacy(place, key)))
    yield Sample("missing", {"number": 10**6}, nowhere)


def versions(world: World) -> Iterable[Sample]:
    """Two versions of a review; without any, one is shown the way back."""
    for sample in readings(world):
        yield sample._replace(address={**sample.address, "held": 10**6})


def on_agenda(world: World) -> Iterable[Sample]:
    """Candidacies that a meeting talks about, and one that it does not."""
    both = with_facts(of_candidacy("principals", "surprise"), PROPOSED_IT={"proposer"})
    yield Sample("own", _at("principals", reference=world.words["candidacy surprise"]), both)
    yield Sample("not on it", _at("principals", reference=world.words["candidacy passed over"]), nowhere)
    yield Sample("no meeting", _at("teaching", reference=world.words["candidacy apart"]), nowhere)
    yield Sample("missing", _at("principals", reference="C-9999"), nowhere)


def decided(world: World) -> Iterable[Sample]:
    """Candidacies as they are decided, each called as whoever looks may know it."""
    both = with_facts(of_candidacy("principals", "surprise"), PROPOSED_IT={"proposer"})
    yield Sample("own", _at("principals", reference=world.words["candidacy surprise"]), both)
    yield Sample("proposed", _at("principals", reference=world.words["candidacy passed over"]), both)
    yield Sample(
        "wrong stage",
        _at("teaching", reference=world.words["candidacy apart"]),
        only_for(*STAFF, *PUBLISHERS, facts=of_candidacy("teaching", "apart")),
    )
    yield Sample(
        "conflicted",
        _at("teaching", reference=world.words["candidacy one"]),
        only_for(*STAFF, *PUBLISHERS, facts=of_candidacy("teaching", "one")),
    )
    yield Sample(
        "as spoken of",
        _at("teaching", reference=world.words["spoken apart"]),
        only_for("chair", facts=of_candidacy("teaching", "apart")),
    )
    yield Sample(
        "other's", _at("arts", reference=world.words["candidacy elsewhere"]), of_candidacy("arts", "elsewhere")
    )
    yield Sample("missing", _at("principals", reference="C-9999"), nowhere)


def pages_prepared(world: World, **more: Any) -> Iterable[Sample]:
    """Those who were chosen, as their pages are prepared."""
    own = with_facts(of_cycle("principals"), PROPOSED_IT={"proposer"})
    yield Sample("own", _at("principals", reference=world.words["spoken chosen"], **more), own)
    yield Sample("not chosen", _at("teaching", reference=world.words["candidacy two"], **more), nowhere)
    yield Sample(
        "released",
        _at("teaching past", reference=world.words["candidacy recipient"], **more),
        with_facts(of_cycle("teaching past"), PROPOSED_IT={"proposer"}),
    )
    yield Sample("missing", _at("principals", reference="C-9999", **more), nowhere)


def pages_previewed(world: World) -> Iterable[Sample]:
    """The same, for each person of a team."""
    yield from pages_prepared(world, position=0)
    yield Sample("no such person", _at("principals", reference=world.words["spoken chosen"], position=9), nowhere)


def photos_at_desk(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of photographs as the office has them."""

    def samples(world: World) -> Iterable[Sample]:
        yield from pages_prepared(world, position=0, **more)
        address = _at("principals", reference=world.words["spoken chosen"], position=9, **more)
        yield Sample("no such person", address, nowhere)

    return samples


def surprises(_world: World) -> Iterable[Sample]:
    """Releases of a surprise: nobody is visited for another award."""
    yield Sample("own", _at("principals"), with_facts(of_cycle("principals"), PROPOSED_IT={"proposer"}))
    yield Sample("no surprise", _at("teaching past"), nowhere)
    yield Sample("missing", _at("principals") | {"year": 1999}, nowhere)


def visits_planned(world: World) -> Iterable[Sample]:
    """Those who are told in person."""
    own = with_facts(of_cycle("principals"), PROPOSED_IT={"proposer"})
    yield Sample("own", _at("principals", reference=world.words["spoken chosen"]), own)
    yield Sample("no surprise", _at("teaching past", reference=world.words["candidacy recipient"]), nowhere)
    yield Sample("missing", _at("principals", reference="C-9999"), nowhere)


def visits_calendars(_world: World) -> Iterable[Sample]:
    """Calendars of visits: whoever has the address reads that somebody comes to a place."""
    from tests.support.world_small import VISIT_KEY

    yield Sample("its address", {"key": VISIT_KEY}, simply)
    yield Sample("missing", {"key": "0" * 32}, nowhere)


def interviews(world: World, **more: Any) -> Iterable[Sample]:
    """Cycles with a round of interviews."""
    yield Sample("own", _at("arts", **more), of_cycle("arts"))
    yield Sample("a round of another kind", _at("teaching", **more), nowhere)


def met(world: World, **more: Any) -> Iterable[Sample]:
    """Those who are met in such a round, by their reference in it."""
    yield Sample(
        "own", _at("arts", reference=world.words["spoken elsewhere"], **more), of_candidacy("arts", "elsewhere")
    )
    yield Sample("in a round of another kind", _at("teaching", reference=world.words["spoken one"], **more), nowhere)
    yield Sample("missing", _at("arts", reference="R-NONE", **more), nowhere)


def meeting_calendars(_world: World) -> Iterable[Sample]:
    """Calendars of interviews: whoever has the address reads that people meet."""
    from tests.support.world_small import MEETING_KEY

    yield Sample("its address", {"key": MEETING_KEY}, simply)
    yield Sample("missing", {"key": "0" * 32}, nowhere)


def kind_words(world: World) -> Iterable[Sample]:
    """Nominees who may be sent what people said of them."""
    own = with_facts(of_cycle("teaching past"), PROPOSED_IT={"proposer"})
    yield Sample("own", _at("teaching past", reference=world.words["candidacy recipient"]), own)
    yield Sample("a surprise not told", _at("principals", reference=world.words["spoken chosen"]), nowhere)
    yield Sample("missing", _at("teaching past", reference="C-9999"), nowhere)


def kind_words_read(world: World) -> Iterable[Sample]:
    """What was sent to a nominee, as they read it."""
    own = with_facts(simply, ITS_NOMINEE={"recipient"}, TOLD=set(PEOPLE))
    yield Sample("own", {"number": world["candidacy recipient"]}, own)
    yield Sample("not sent", {"number": world["candidacy shy recipient"]}, nowhere)
    yield Sample("missing", {"number": 10**6}, nowhere)


def honours(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of what is somebody's own of an honor."""

    def samples(world: World) -> Iterable[Sample]:
        own = with_facts(simply, ITS_NOMINEE={"recipient"}, TOLD=set(PEOPLE))
        yield Sample("own", {"number": world["candidacy recipient"], **more}, own)
        yield Sample("not honored", {"number": world["candidacy one"], **more}, nowhere)
        yield Sample("missing", {"number": 10**6, **more}, nowhere)

    return samples


def keepsake_kinds(_world: World) -> Iterable[Sample]:
    """What is printed."""
    yield Sample("certificate", {"kind": "certificate"}, simply)
    yield Sample("program", {"kind": "program"}, simply)
    yield Sample("nothing", {"kind": "mug"}, nowhere)


def kept_on_paper(world: World) -> Iterable[Sample]:
    """Certificates, where anybody is selected."""
    for sample in releasing(world):
        yield sample if sample.name in {"own", "released"} else sample._replace(facts=nowhere)


def briefs(world: World) -> Iterable[Sample]:
    """Practice briefs, as the office has them."""
    own = with_facts(of_cycle("teaching past"), PROPOSED_IT={"proposer"})
    yield Sample("own", _at("teaching past", number=world["brief"]), own)
    yield Sample("of another cycle", _at("students past", number=world["brief"]), nowhere)
    yield Sample("missing", _at("teaching past", number=10**6), nowhere)


def briefs_own(world: World) -> Iterable[Sample]:
    """Practice briefs, as their writers have them."""
    own = with_facts(simply, ITS_NOMINEE={"recipient"}, TOLD=set(PEOPLE))
    yield Sample("own", {"number": world["candidacy recipient"]}, own)
    yield Sample("not asked", {"number": world["candidacy shy recipient"]}, nowhere)
    yield Sample("missing", {"number": 10**6}, nowhere)


def briefs_guarded(world: World) -> Iterable[Sample]:
    """Practice briefs of somebody under 18, as their guardian has them."""
    own = with_facts(simply, ITS_GUARDIAN={GUARDIAN}, ITS_NOMINEE={"minor"}, TOLD=set(PEOPLE))
    yield Sample("own", {"number": world["candidacy minor"]}, own)
    yield Sample("not asked", {"number": world["candidacy shy recipient"]}, nowhere)
    yield Sample("missing", {"number": 10**6}, nowhere)


def photos(world: World) -> Iterable[Sample]:
    """Photographs that the public sees: the key in the address is made under the portal's own secret."""
    from flask import current_app

    from portal.publishing import portraits
    from tests.support.world_small import PHOTO_KEYS

    key = portraits.key(portraits.name(PHOTO_KEYS["recipient"], (50, 40)), current_app.config["SECRET_KEY"])
    place = {"year": 2025, "slug": world.words["recipient recipient"], "size": 320}
    yield Sample("named", {**place, "key": key}, simply)
    yield Sample("no such size", {**place, "key": key, "size": 7}, nowhere)
    yield Sample("not named", {**place, "slug": world.words["recipient shy recipient"], "key": key}, nowhere)


def previews(world: World) -> Iterable[Sample]:
    """Messages before they leave."""
    for sample in releasing(world):
        yield sample._replace(address={**sample.address, "kind": "selected"})
    yield Sample("no such message", _at("principals", kind="nothing"), nowhere)


def published(world: World) -> Iterable[Sample]:
    """Recipients' pages, as the office sees them."""
    yield Sample("own", _at("teaching past", number=world["recipient recipient"]), of_cycle("teaching past"))
    yield Sample("of another cycle", _at("students past", number=world["recipient recipient"]), nowhere)
    yield Sample("missing", _at("teaching past", number=10**6), nowhere)


def followups(world: World) -> Iterable[Sample]:
    """What those who were told are owed after a change."""
    at = with_facts(of_cycle("teaching past"), PROPOSED_IT={"proposer"})
    yield Sample("own", _at("teaching past", number=world["followup"]), at)
    yield Sample("of another cycle", _at("students past", number=world["followup"]), nowhere)
    yield Sample("missing", _at("teaching past", number=10**6), nowhere)


def offers(world: World, **more: Any) -> Iterable[Sample]:
    """Offers as those whom they are made to see them: nobody's guardian answers one."""
    for name, key in (("accepted", "recipient"), ("made", "minor")):
        told = with_facts(simply, ITS_NOMINEE={key}, TOLD=set(PEOPLE) - {GUARDIAN})
        yield Sample(name, {"reference": world.words[f"offer {key}"], **more}, told)
    yield Sample("missing", {"reference": "O-9999", **more}, nowhere)


def offers_with(*keys: str, **more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return the same where only some have what the address names."""

    def samples(world: World) -> Iterable[Sample]:
        for sample in offers(world, **more):
            known = sample.name == "missing" or any(
                world.words[f"offer {key}"] in sample.address.values() for key in keys
            )
            if known:
                yield sample

    return samples


def offers_at_desk(world: World, **more: Any) -> Iterable[Sample]:
    """Offers as the office sees them."""
    for name, place, key in (("own", "teaching past", "recipient"), ("made", "students past", "minor")):
        yield Sample(name, _at(place, reference=world.words[f"offer {key}"], **more), of_cycle(place))
    yield Sample("of another cycle", _at("arts", reference=world.words["offer recipient"], **more), nowhere)
    yield Sample("missing", _at("teaching past", reference="O-9999", **more), nowhere)


def proposed_terms(world: World) -> Iterable[Sample]:
    """What somebody proposed that offers need: whoever proposed it does not approve it."""
    own = with_facts(of_cycle("teaching past"), PROPOSED_IT={"proposer"}, CONFLICT=CONFLICTED.get("recipient", set()))
    yield Sample("own", _at("teaching past"), own)
    yield Sample("nothing proposed", _at("students past"), nowhere)
    yield Sample("missing", _at("teaching past") | {"year": 1999}, nowhere)


def papers_at_desk(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of papers as the office sees them."""

    def samples(world: World) -> Iterable[Sample]:
        one = _at("teaching past", reference=world.words["offer recipient"], **more)
        number = world["paper recipient proof of enrollment"]
        yield Sample("own", {**one, "number": number}, of_cycle("teaching past"))
        other = _at("students past", reference=world.words["offer minor"], **more)
        yield Sample("missing", {**other, "reference": "O-9999", "number": number}, nowhere)

    return samples


def payments(world: World) -> Iterable[Sample]:
    """Payments: whoever planned one does not approve it."""
    own = with_facts(of_cycle("teaching past"), PROPOSED_IT={"proposer"})
    for name in ("planned", "recorded"):
        yield Sample(name, {"number": world[f"payment {name}"]}, own)
    yield Sample("missing", {"number": 10**6}, nowhere)


def books(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of a fund's year: a conflict in any of its cycles closes it."""

    def samples(world: World) -> Iterable[Sample]:
        fixed = {key: world[value] if isinstance(value, str) else value for key, value in more.items()}
        closed = with_facts(simply, CONFLICT=CONFLICTED["one"])
        yield Sample("own", {"number": world["fund teaching past"], "year": 2025, **fixed}, simply)
        if not fixed:
            yield Sample("conflicted", {"number": world["fund teaching"], "year": 2026}, closed)
            yield Sample("another", {"number": world["fund principals"], "year": 2026}, simply)
        yield Sample("missing", {"number": world["fund principals"], "year": 1999, **fixed}, nowhere)

    return samples


def funds_books(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of a fund's notes and donors."""

    def samples(world: World) -> Iterable[Sample]:
        fixed = {key: world[value] if isinstance(value, str) else value for key, value in more.items()}
        yield Sample("own", {"number": world["fund teaching past"], **fixed}, simply)
        yield Sample("missing", {"number": 10**6, **fixed}, nowhere)

    return samples


def own_funds(world: World) -> Iterable[Sample]:
    """Funds, as whoever gave to them sees them."""
    own = with_facts(simply, GAVE_TO_IT={"writer"})
    yield Sample("own", {"number": world["fund students past"]}, own)
    yield Sample("another's", {"number": world["fund teaching past"]}, simply)
    yield Sample("missing", {"number": 10**6}, nowhere)


def candidacies(world: World, **more: Any) -> Iterable[Sample]:
    """Candidacies by their own reference: the office's."""
    for name, place, key in (
        ("own", "students", "intake"),
        ("wrong stage", "principals", "surprise"),
        ("conflicted", "teaching", "one"),
        ("other's", "arts", "elsewhere"),
        ("released", "teaching past", "recipient"),
    ):
        yield Sample(name, _at(place, reference=world.words[f"candidacy {key}"], **more), of_candidacy(place, key))
    yield Sample("of another cycle", _at("teaching", reference=world.words["candidacy elsewhere"], **more), nowhere)
    yield Sample("missing", _at("teaching", reference="C-9999", **more), nowhere)


def nominations_of(world: World) -> Iterable[Sample]:
    """Single nominations of a candidacy, as the office sees them."""
    for name, place, key in (
        ("own", "students", "intake"),
        ("conflicted", "teaching", "one"),
        ("other's", "arts", "elsewhere"),
    ):
        address = _at(
            place, reference=world.words[f"candidacy {key}"], number=world.words[f"nomination {key}"], step="back"
        )
        yield Sample(name, address, of_candidacy(place, key))
    yield Sample(
        "of another",
        _at("students", reference=world.words["candidacy intake"], number=world.words["nomination one"], step="void"),
        nowhere,
    )


def ruled(world: World) -> Iterable[Sample]:
    """Rules of candidacies in years that have rules, and of one in a year that has none."""
    for name, place, key in (
        ("own", "students", "intake"),
        ("conflicted", "teaching", "one"),
        ("other's", "arts", "elsewhere"),
    ):
        address = _at(place, reference=world.words[f"candidacy {key}"], rule="role")
        yield Sample(name, address, of_candidacy(place, key))
    yield Sample("no such rule", _at("principals", reference=world.words["candidacy surprise"], rule="role"), nowhere)
    yield Sample("missing", _at("students", reference="C-9999", rule="role"), nowhere)


def to_hear(world: World) -> Iterable[Sample]:
    """The people of candidacies, of whom the office may write down what they said."""
    for name, values, facts in candidacies(world):
        yield Sample(name, {**values, "place": 1}, facts)
    one = _at("students", reference=world.words["candidacy intake"])
    yield Sample("nobody", {**one, "place": 99}, nowhere)


def heard(world: World) -> Iterable[Sample]:
    """What was written down of what somebody said: whoever wrote it does not confirm it."""
    own = with_facts(of_candidacy("teaching past", "recipient"), PROPOSED_IT={"proposer", "recipient"})
    address = _at("teaching past", reference=world.words["candidacy recipient"], number=world["hearing"])
    yield Sample("own", address, own)
    elsewhere = _at("students", reference=world.words["candidacy intake"], number=world["hearing"])
    yield Sample("of another candidacy", elsewhere, nowhere)
    yield Sample("missing", {**address, "number": 10**6}, nowhere)


def matches(world: World) -> Iterable[Sample]:
    """Two who may be one."""
    yield Sample("own", _at("students", number=world["match"]), of_cycle("students"))
    yield Sample("of another cycle", _at("arts", number=world["match"]), nowhere)
    yield Sample("missing", _at("students", number=10**6), nowhere)


def conflicts(world: World) -> Iterable[Sample]:
    """Conflicts: nobody who has one with a candidacy decides on any of it."""
    yield Sample("own", _at("teaching", number=world["conflict dismissed"]), of_candidacy("teaching", "apart"))
    yield Sample(
        "conflicted", _at("teaching", number=world["conflict conflicted reviewer"]), of_candidacy("teaching", "one")
    )
    yield Sample("of another cycle", _at("arts", number=world["conflict dismissed"]), nowhere)
    yield Sample("missing", _at("teaching", number=10**6), nowhere)


def late(world: World) -> Iterable[Sample]:
    """Nominations that came late."""
    yield Sample("own", _at("students", reference=world.words["nomination late"]), of_cycle("students"))
    yield Sample("wrong stage", _at("students", reference=world.words["nomination draft"]), nowhere)
    yield Sample("missing", _at("students", reference="N-9999"), nowhere)


LETTERS = {
    "one": of_candidacy("teaching", "one"),
    "filed": of_candidacy("teaching", "one"),
    "intake": of_candidacy("students", "intake"),
}


def about(key: str) -> Callable[[str], Facts]:
    """Return what holds of anybody and a letter that the writer was asked for."""
    more = {"ITS_NOMINEE": {"nominee"}} if key != "intake" else {}
    return with_facts(LETTERS[key], ITS_WRITER={"writer"}, **more)


def own_part(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of a nominee's own part: theirs, and what nobody was invited to."""
    own = with_facts(simply, ITS_NOMINEE={"nominee"}, TOLD=set(PEOPLE))

    def samples(world: World) -> Iterable[Sample]:
        yield Sample("own", {"number": world["candidacy one"], **more}, own)
        yield Sample("not invited", {"number": world["candidacy apart"], **more}, nowhere)
        yield Sample("a surprise", {"number": world["candidacy surprise"], **more}, nowhere)
        yield Sample("missing", {"number": 10**6, **more}, nowhere)

    return samples


def part_at_desk(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of a nominee's part as the office reads it."""

    def samples(world: World) -> Iterable[Sample]:
        one = {**_at("teaching", reference=world.words["candidacy one"]), **more}
        yield Sample("own", {**one, "person": world["person nominee"]}, of_candidacy("teaching", "one"))
        yield Sample("of somebody else", {**one, "person": world["person surprise"]}, nowhere)

    return samples


def letters(world: World) -> Iterable[Sample]:
    """Letters: the writer's."""
    for name, key in (("sent", "one"), ("asked for", "intake")):
        yield Sample(name, {"reference": world.words[f"letter {key}"]}, about(key))
    yield Sample("missing", {"reference": "R-9999"}, nowhere)


def letters_sent(world: World) -> Iterable[Sample]:
    """Letters as they were sent."""
    yield Sample("sent", {"reference": world.words["letter one"], "number": 1}, about("one"))
    yield Sample("no such version", {"reference": world.words["letter one"], "number": 2}, nowhere)
    yield Sample("not sent", {"reference": world.words["letter intake"], "number": 1}, nowhere)


def letter_files(world: World) -> Iterable[Sample]:
    """Files of letters."""
    yield Sample("filed", {"reference": world.words["letter filed"], "number": 1}, about("filed"))
    yield Sample("written", {"reference": world.words["letter one"], "number": 1}, nowhere)


def letter_pages(world: World) -> Iterable[Sample]:
    """Pages of letters that came as files."""
    yield Sample("filed", {"reference": world.words["letter filed"], "number": 1, "place": 1}, about("filed"))
    yield Sample("written", {"reference": world.words["letter one"], "number": 1, "place": 1}, nowhere)


def letters_at_desk(world: World) -> Iterable[Sample]:
    """Letters as the office sees them."""
    yield Sample("sent", _at("teaching", reference=world.words["letter one"]), about("one"))
    yield Sample("asked for", _at("students", reference=world.words["letter intake"]), about("intake"))
    yield Sample("at another cycle", _at("arts", reference=world.words["letter one"]), nowhere)


def held_ones(world: World) -> Iterable[Sample]:
    """Nominations that are held, and one that is not."""
    facts = of_candidacy("students", "intake")
    step = {"step": "admission"}
    yield Sample("own", _at("students", reference=world.words["nomination intake"], **step), facts)
    yield Sample("not held", _at("teaching", reference=world.words["nomination one"], **step), nowhere)
    yield Sample("of another cycle", _at("teaching", reference=world.words["nomination intake"], **step), nowhere)


def translations(world: World) -> Iterable[Sample]:
    """Texts in another language as the office sees them."""
    for name, place, key in (
        ("conflicted", "teaching", "one"),
        ("handed in", "teaching", "apart"),
        ("other's", "arts", "elsewhere"),
    ):
        yield Sample(name, _at(place, number=world[f"translation {key}"]), of_candidacy(place, key))
    yield Sample("of another cycle", _at("teaching", number=world["translation elsewhere"]), nowhere)
    yield Sample("missing", _at("teaching", number=10**6), nowhere)


def translated(world: World) -> Iterable[Sample]:
    """Texts as their translator sees them."""
    for name, place, key, who in (
        ("nobody's", "teaching", "one", ""),
        ("handed in", "teaching", "apart", "staff"),
        ("asked", "arts", "elsewhere", "staff elsewhere"),
    ):
        facts = with_facts(of_candidacy(place, key), ITS_TRANSLATOR={who})
        yield Sample(name, {"number": world[f"translation {key}"]}, facts)
    yield Sample("missing", {"number": 10**6}, nowhere)


def translated_pages(world: World) -> Iterable[Sample]:
    """Pages of a letter that came as a file, as its translator sees them."""
    facts = with_facts(of_candidacy("teaching", "one"), ITS_TRANSLATOR={"staff"})
    yield Sample("of a file", {"number": world["translation filed"], "place": 1}, facts)
    yield Sample("of words", {"number": world["translation elsewhere"], "place": 1}, nowhere)


def letters_asked(world: World) -> Iterable[Sample]:
    """Letters as whoever asked for them sees them."""
    own = with_facts(simply, ITS_NOMINATOR={"nominator"})
    yield Sample(
        "own",
        {"reference": world.words["nomination intake"], "number": world["letter intake"], "step": "reminder"},
        own,
    )
    yield Sample(
        "of another nomination",
        {"reference": world.words["nomination draft"], "number": world["letter intake"], "step": "reminder"},
        nowhere,
    )


WROTE = {  # who wrote each, address confirmed
    "draft": "nominator",
    "other draft": "other nominator",
    "revising": "nominator",
    "late": "nominator",
    "withdrawn": "nominator",
    "one": "nominator",
    "recipient": "nominator",
    "elsewhere": "other nominator",
}


def nominations(world: World, **more: Any) -> Iterable[Sample]:
    """Nominations by their reference: their writers'."""
    for name, key in (
        ("draft", "draft"),
        ("other's", "other draft"),
        ("being revised", "revising"),
        ("in review", "one"),
        ("withdrawn", "withdrawn"),
        ("late", "late"),
    ):
        yield Sample(
            name,
            {"reference": world.words[f"nomination {key}"], **more},
            with_facts(simply, ITS_NOMINATOR={WROTE[key]}),
        )
    yield Sample("address not confirmed", {"reference": world.words["nomination claimed"], **more}, simply)
    yield Sample(
        "begun in a browser",
        {"reference": world.words["nomination browser"], **more},
        with_facts(simply, WRITTEN_HERE={HERE}),
    )
    yield Sample("missing", {"reference": "N-9999", **more}, nowhere)


def answers(world: World) -> Iterable[Sample]:
    """One question of a nomination."""
    yield from nominations(world, key="q1")
    own = with_facts(simply, ITS_NOMINATOR={"nominator"})
    yield Sample(
        "no such question: shown the way back", {"reference": world.words["nomination draft"], "key": "nothing"}, own
    )


def answer_files(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of files that are answers: their writers'."""
    own = with_facts(simply, ITS_NOMINATOR={"nominator"})

    def samples(world: World) -> Iterable[Sample]:
        yield Sample("own", {"reference": world.words["nomination draft"], "key": "transcript", **more}, own)
        yield Sample(
            "no file is asked for", {"reference": world.words["nomination draft"], "key": "q1", **more}, nowhere
        )
        yield Sample("missing", {"reference": "N-9999", "key": "transcript", **more}, nowhere)

    return samples


def files_at_desk(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of files that were sent as answers, as the office reads them."""

    def samples(world: World) -> Iterable[Sample]:
        intake = _at("students", reference=world.words["candidacy intake"])
        yield Sample("sent", {**intake, "number": world["file intake"], **more}, of_candidacy("students", "intake"))
        yield Sample("not sent", {**intake, "number": world["file draft"], **more}, nowhere)
        yield Sample("of a letter", {**intake, "number": world["file"], **more}, nowhere)

    return samples


def papers(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of forms that came on paper."""

    def samples(world: World) -> Iterable[Sample]:
        yield Sample("typed in", {**_at("students", number=world["paper"]), **more}, of_cycle("students"))
        if not more:
            yield Sample("not typed in", _at("students", number=world["paper untyped"]), of_cycle("students"))
        yield Sample("of another cycle", {**_at("arts", number=world["paper"]), **more}, nowhere)
        yield Sample("missing", {**_at("students", number=10**6), **more}, nowhere)

    return samples


def scans(**more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of scans that are there, and of one that is not."""

    def samples(world: World) -> Iterable[Sample]:
        yield Sample("there", {**_at("students", number=world["paper"]), **more}, of_cycle("students"))
        yield Sample("not there", {**_at("students", number=world["paper untyped"]), **more}, nowhere)

    return samples


def printed(_world: World) -> Iterable[Sample]:
    """Forms to print: of awards that are open."""
    yield Sample("open", {"slug": "students"}, simply)
    yield Sample("closed", {"slug": "teaching"}, nowhere)
    yield Sample("missing", {"slug": "no-such-award"}, nowhere)


def asides(world: World) -> Iterable[Sample]:
    """Two texts side by side."""
    yield Sample(
        "own",
        {"reference": world.words["nomination draft"], "number": world["aside"]},
        with_facts(simply, ITS_NOMINATOR={"nominator"}),
    )
    other = with_facts(simply, ITS_NOMINATOR={"other nominator"})
    yield Sample(
        "of another: shown the way back",
        {"reference": world.words["nomination other draft"], "number": world["aside"]},
        other,
    )
    yield Sample(
        "settled: shown the way back",
        {"reference": world.words["nomination draft"], "number": 10**6},
        with_facts(simply, ITS_NOMINATOR={"nominator"}),
    )
    yield Sample("missing", {"reference": "N-9999", "number": world["aside"]}, nowhere)


def consents(world: World) -> Iterable[Sample]:
    """Candidacies as those whom they honor see them."""
    for name, key, facts in (
        ("told", "one", {"ITS_NOMINEE": {"nominee"}}),
        ("of a recipient", "recipient", {"ITS_NOMINEE": {"recipient"}}),
        ("a surprise", "surprise", {"ITS_NOMINEE": {"surprise"}}),
        ("not told", "apart", {"ITS_NOMINEE": {"nominee apart"}}),
        ("of someone under 18", "minor", {"ITS_NOMINEE": {"minor"}, "ITS_GUARDIAN": {GUARDIAN}}),
    ):
        told = with_facts(simply, **facts, TOLD=set(PEOPLE) if key in {"one", "recipient", "minor"} else set())
        yield Sample(name, {"number": world[f"candidacy {key}"]}, told)
    yield Sample("missing", {"number": 10**6}, nowhere)


def own_sessions(world: World) -> Iterable[Sample]:
    """Browsers: one's own, and another's."""
    for key in ("nominator", "staff", "reviewer"):
        yield Sample(f"of {key}", {"number": world[f"second session {key}"]}, only_for(key))
    yield Sample("missing", {"number": 10**6}, nowhere)


def held(world: World) -> Iterable[Sample]:
    """What was posted without a right to."""
    yield Sample("kept here", {"number": world["held own"]}, only_for(HERE))
    yield Sample("kept elsewhere", {"number": world["held other"]}, only_for("nominator"))
    yield Sample("missing", {"number": 10**6}, nowhere)


def claims(world: World) -> Iterable[Sample]:
    """Sittings begun elsewhere with one's address."""
    yield Sample("own", {"number": world["claim"]}, only_for("nominator"))
    yield Sample("missing", {"number": 10**6}, nowhere)


def awards(_world: World) -> Iterable[Sample]:
    """Awards."""
    yield Sample("own", {"slug": "teaching"}, simply)
    yield Sample("another", {"slug": "arts"}, simply)
    yield Sample("missing", {"slug": "no-such-award"}, nowhere)


def years(_world: World) -> Iterable[Sample]:
    """Years of recipients."""
    yield Sample("released", {"year": 2025}, simply)
    yield Sample("not released", {"year": 2026}, nowhere)


def recipients(world: World) -> Iterable[Sample]:
    """Recipients' pages."""
    yield Sample("named", {"year": 2025, "slug": world.words["recipient recipient"]}, simply)
    yield Sample("not named", {"year": 2025, "slug": world.words["recipient shy recipient"]}, nowhere)
    yield Sample("another year", {"year": 2024, "slug": world.words["recipient recipient"]}, nowhere)


def recipients_cards(world: World) -> Iterable[Sample]:
    """The key in a card's address is made of its words, under the portal's own secret."""
    from flask import current_app
    from sqlalchemy import select

    from portal.db import db
    from portal.publishing import cards
    from portal.publishing.models import Recipient
    from portal.publishing.views.cards import card_of

    place = {"year": 2025, "slug": world.words["recipient recipient"]}
    row = db.session.scalars(select(Recipient).filter_by(**place)).one()
    card = card_of(row)
    assert card is not None
    key = cards.key(card, current_app.config["SECRET_KEY"])
    yield Sample("named", {**place, "key": key}, simply)
    yield Sample("not named", {**place, "slug": world.words["recipient shy recipient"], "key": key}, nowhere)


def things(thing: str, *keys: str, name: str = "number", **more: Any) -> Callable[[World], Iterable[Sample]]:
    """Return samples of something that only a permission of the person alone opens."""

    def samples(world: World) -> Iterable[Sample]:
        fixed = {key: world[value] if isinstance(value, str) else value for key, value in more.items()}
        for key in keys:
            yield Sample(key, {name: world[f"{thing} {key}".strip()], **fixed}, simply)
        yield Sample("missing", {name: 10**6, **fixed}, nowhere)

    return samples


def archive_rows(world: World) -> Iterable[Sample]:
    """Rows of an upload of past honors."""
    for state in ("ready", "wrong", "set aside"):
        row = world[f"archive row checked {state}"]
        yield Sample(state, {"number": world["archive checked"], "row": row}, simply)
    row = world["archive row checked ready"]
    yield Sample("of another", {"number": world["archive matching"], "row": row}, nowhere)
    yield Sample("missing", {"number": world["archive checked"], "row": 10**6}, nowhere)


def rows(world: World) -> Iterable[Sample]:
    """Rows of an import."""
    for state in ("ready", "wrong", "set aside"):
        yield Sample(state, {"number": world["import checked"], "row": world[f"row checked {state}"]}, simply)
    yield Sample("of another", {"number": world["import matching"], "row": world["row checked ready"]}, nowhere)
    yield Sample("missing", {"number": world["import checked"], "row": 10**6}, nowhere)


def donors(world: World) -> Iterable[Sample]:
    """Who gave to a fund."""
    yield Sample("own", {"number": world["fund principals"], "person": world["person donor"]}, simply)
    yield Sample("missing", {"number": 10**6, "person": world["person donor"]}, nowhere)


def wordings(_world: World) -> Iterable[Sample]:
    """Words of one kind of message in one language."""
    yield Sample("own", {"slug": "nominations.letter_asked", "code": "en"}, simply)
    yield Sample("no such message", {"slug": "nominations.letter", "code": "en"}, nowhere)
    yield Sample("no such language", {"slug": "nominations.letter_asked", "code": "xx"}, nowhere)


def links(_world: World) -> Iterable[Sample]:
    """Sign-in links: anybody may open any; one that is used up or unknown says so."""
    for name, token in (
        ("fresh", "link-one"),
        ("of a guardian", "link-guardian"),
        ("used", "link-used"),
        ("unknown", "link-none"),
    ):
        yield Sample(name, {"token": token}, simply)


def nothing_but_itself(_world: World) -> Iterable[Sample]:
    """A page without an object."""
    yield Sample("itself", {}, simply)


def gallery(_world: World) -> Iterable[Sample]:
    """Whole pages of the gallery."""
    yield Sample("a page", {"page": "home"}, simply)
    yield Sample("missing", {"page": "nothing"}, nowhere)


def _each(
    samples: Callable[[World], Iterable[Sample]], *endpoints: str
) -> dict[str, Callable[[World], Iterable[Sample]]]:
    return dict.fromkeys(endpoints, samples)


CONFLICTS_CLOSE = {"publishing", "offers"}  # rooms whose pages of a whole cycle any conflict in it closes
SAMPLES: dict[str, Callable[[World], Iterable[Sample]]] = {
    **_each(numbered("question"), "awards.question", "awards.move_question", "awards.remove_question"),
    **_each(numbered("criterion"), "awards.criterion", "awards.move_criterion", "awards.remove_criterion"),
    **_each(
        members,
        "awards.member",
        "awards.capacity",
        "awards.make_chair",
        "awards.invite_again",
        "awards.reminder",
        "awards.removal",
    ),
    **_each(seats, "review.invitation", "review.declare", "review.correction", "review.order"),
    **_each(earlier, "review.one_round", "review.one_round_csv"),
    **_each(discussed, "review.pairs", "review.discussion", "review.second_thought", "review.expertise"),
    **_each(
        on_agenda,
        "decisions.stop",
        "decisions.proposal_in_meeting",
        "decisions.show_on_screen",
        "decisions.talked_about",
    ),
    **_each(readings_of, "review.take_back"),
    **_each(replayed, "decisions.bundle"),
    **_each(
        drawn,
        "decisions.draw",
        "decisions.publish_draw",
        "decisions.seal_number",
        "decisions.show_number",
        "decisions.hold_draw",
        "decisions.call_off",
        "decisions.draw_record",
    ),
    **_each(plans, "review.plan", "review.apply_plan", "review.plan_proof"),
    **_each(texts, "review.look_over", "review.approve", "review.cover", "review.uncover"),
    **_each(
        covered_files(),
        "review.look_at_file",
        "review.approve_file",
        "review.keep_file_back",
        "review.cover_in_file",
        "review.uncover_in_file",
        "review.cover_by_hand",
        "review.uncover_by_hand",
    ),
    **_each(covered_files(page=1), "review.sent_page", "review.read_page"),
    **_each(files_read(), "review.reading_file"),
    **_each(words_for_nominators, "review.settle_feedback"),
    **_each(sheets, "review.type_in", "review.check_paper"),
    **_each(packets, "review.packet_for"),
    **_each(practice_files, "review.take_practice_out"),
    **_each(practiced, "review.practice", "review.practice_draft"),
    **_each(files_read(page=1), "review.reading_page"),
    **_each(readings, "review.score", "review.draft", "review.abstention", "review.recusal", "review.hand_back"),
    **_each(versions, "review.versions"),
    **_each(
        decided,
        "decisions.decision",
        "decisions.proposal",
        "decisions.clear",
        "decisions.return_",
        "decisions.promotion",
        "decisions.bring",
    ),
    **_each(pages_prepared, "publishing.draft", "publishing.check_page", "publishing.told_in_person"),
    **_each(pages_previewed, "publishing.preview_page", "publishing.wait_for_answer"),
    **_each(
        photos_at_desk(),
        "publishing.photo",
        "publishing.photo_words",
        "publishing.photo_removal",
        "publishing.photo_state",
        "publishing.photo_whole",
    ),
    **_each(photos_at_desk(size=320), "publishing.photo_square"),
    **_each(photos, "publishing.photo_of"),
    **_each(surprises, "publishing.visits", "publishing.visits_table", "publishing.visits_calendar"),
    **_each(visits_planned, "publishing.visit", "publishing.tell_host", "publishing.call_off_visit"),
    **_each(visits_calendars, "publishing.visit_calendar"),
    **_each(interviews, "review.interviews", "review.interviews_csv"),
    **_each(met, "review.interview", "review.tell_of_interview", "review.call_off_interview"),
    **_each(meeting_calendars, "review.interview_calendar"),
    **_each(briefs, "publishing.brief"),
    **_each(briefs_own, "publishing.practice", "publishing.practice_withdrawal"),
    **_each(briefs_guarded, "publishing.practice_guardian"),
    **_each(keepsake_kinds, "publishing.keepsake_template", "publishing.keepsake_sample"),
    **_each(kept_on_paper, "publishing.certificates"),
    **_each(kind_words, "publishing.kind_words_to"),
    **_each(kind_words_read, "publishing.kind_words_read"),
    **_each(honours(), "publishing.honour", "publishing.own_photo", "publishing.own_photo_removal"),
    **_each(honours(), "publishing.own_photo_state", "publishing.own_certificate"),
    **_each(honours(size=320), "publishing.own_photo_square"),
    **_each(previews, "publishing.preview_message"),
    **_each(published, "publishing.published"),
    **_each(followups, "publishing.followup", "publishing.followup_approval", "publishing.followup_leaving"),
    **_each(
        candidacies,
        "nominations.candidacy",
        "nominations.eligibility",
        "nominations.candidacy_withdrawal",
        "nominations.candidacy_name",
        "nominations.candidacy_standing",
        "nominations.add_conflict",
        "nominations.asking",
        "nominations.letter_for",
        "nominations.part_invitation",
    ),
    **_each(nominations_of, "nominations.nomination_step"),
    **_each(ruled, "nominations.ruling"),
    **_each(to_hear, "nominations.write_hearing"),
    **_each(
        heard,
        "nominations.hearing",
        "nominations.hearing_scan",
        "nominations.confirm_hearing",
        "nominations.set_hearing_aside",
    ),
    **_each(matches, "nominations.match", "nominations.merge", "nominations.keep_apart", "nominations.undo_match"),
    **_each(conflicts, "nominations.conflict"),
    **_each(late, "nominations.late_one"),
    **_each(answers, "nominations.answer"),
    **_each(
        answer_files(), "nominations.answer_file", "nominations.answer_file_removal", "nominations.answer_file_state"
    ),
    **_each(answer_files(place=1), "nominations.answer_file_page"),
    **_each(files_at_desk(), "nominations.file_at_desk", "nominations.file_download"),
    **_each(files_at_desk(place=1), "nominations.file_page"),
    **_each(printed, "nominations.form_on_paper"),
    **_each(
        papers(),
        "nominations.paper",
        "nominations.paper_scan",
        "nominations.paper_scan_removal",
        "nominations.paper_scan_state",
    ),
    **_each(scans(), "nominations.paper_scan_download"),
    **_each(scans(place=1), "nominations.paper_scan_page"),
    **_each(asides, "nominations.both"),
    **_each(
        consents,
        "nominations.consent",
        "nominations.consent_guardian",
        "nominations.said_name",
        "nominations.consent_withdrawal",
        "nominations.biography",
    ),
    **_each(claims, "nominations.claim"),
    **_each(
        letters,
        "nominations.letter",
        "nominations.letter_declining",
        "nominations.letter_file",
        "nominations.letter_file_removal",
        "nominations.letter_file_state",
    ),
    **_each(letters_sent, "nominations.letter_sent"),
    **_each(
        own_part(),
        "nominations.part",
        "nominations.part_declining",
        "nominations.part_words",
        "nominations.part_resume",
        "nominations.part_resume_removal",
        "nominations.part_resume_state",
    ),
    **_each(own_part(key="practice"), "nominations.part_answer"),
    **_each(own_part(place=1), "nominations.part_resume_page"),
    **_each(part_at_desk(), "nominations.part_at_desk", "nominations.part_download"),
    **_each(part_at_desk(place=1), "nominations.part_page"),
    **_each(letter_files, "nominations.letter_download", "nominations.letter_file_page"),
    **_each(letter_pages, "nominations.letter_page"),
    **_each(letters_at_desk, "nominations.letter_at_desk"),
    **_each(letters_asked, "nominations.letter_step"),
    **_each(held_ones, "nominations.held_step"),
    **_each(translations, "nominations.translation"),
    **_each(translated, "nominations.translate", "nominations.translation_draft"),
    **_each(translated_pages, "nominations.translate_page"),
    **_each(
        things("import", "matching", "checked"),
        "nominations.import_columns",
        "nominations.import_rows",
        "nominations.import_csv",
        "nominations.import_start",
    ),
    **_each(
        things("archive", "matching", "checked"),
        "publishing.archive_columns",
        "publishing.archive_rows",
        "publishing.archive_csv",
        "publishing.archive_start",
    ),
    **_each(archive_rows, "publishing.archive_row", "publishing.archive_row_aside"),
    **_each(things("archive", "line"), "publishing.archive_line"),
    **_each(rows, "nominations.import_row", "nominations.import_row_aside"),
    **_each(own_sessions, "accounts.end_session"),
    **_each(held, "accounts.held"),
    **_each(links, "accounts.link", "accounts.use_link"),
    **_each(
        things("person", "nominator", "auditor", "surprise"),
        "accounts.person",
        "accounts.person_address",
        "accounts.person_name",
        "accounts.give_role",
        "accounts.end_sessions",
    ),
    **_each(things("person", "publisher alone", grant="grant"), "accounts.end_role"),
    **_each(things("fund", "principals", "arts"), "funds.fund", "funds.add_donor"),
    **_each(donors, "funds.remove_donor"),
    **_each(
        things("message", "waiting", "sent", "failed", "cancelled"), "mail.message", "mail.bounce", "mail.cancellation"
    ),
    **_each(things("copy", ""), "mail.sent", "mail.sent_html"),
    **_each(wordings, "mail.wording", "mail.set_back"),
    **_each(things("message", "sent"), "mail.message_html"),
    **_each(
        awards,
        "awards.award",
        "awards.retirement",
        "awards.new_cycle",
        "publishing.award",
        "publishing.award_recipients",
        "publishing.dates_of_award",
    ),
    **_each(years, "publishing.year"),
    **_each(recipients, "publishing.recipient", "publishing.practice_of"),
    **_each(recipients_cards, "publishing.card"),
    **_each(gallery, "web.whole_page"),
    **_each(
        offers,
        "offers.offer",
        "offers.declining",
        "offers.agreement",
        "offers.tax_form",
        "offers.payee",
        "offers.thanks",
        "offers.thanks_removal",
    ),
    **_each(
        offers_with("recipient", "minor", kind="enrollment"), "offers.file", "offers.file_removal", "offers.file_state"
    ),
    **_each(offers_with("recipient", kind="enrollment", number=1), "offers.file_page"),
    **_each(
        offers_at_desk,
        "offers.offer_at_desk",
        "offers.more_time",
        "offers.heard",
        "offers.forfeiture",
        "offers.close_offer",
        "offers.receiver",
        "offers.plan_payment",
    ),
    **_each(proposed_terms, "offers.approve_terms", "offers.leave_terms"),
    **_each(papers_at_desk(step="order"), "offers.paper"),
    **_each(papers_at_desk(), "offers.paper_download"),
    **_each(
        payments,
        "offers.payment",
        "offers.approve_payment",
        "offers.record_payment",
        "offers.reverse_payment",
        "offers.call_off_payment",
    ),
    **_each(
        books(),
        "offers.book",
        "offers.budget",
        "offers.closing",
        "offers.matching",
        "offers.ledger_csv",
        "offers.ledger_journal",
    ),
    **_each(books(payment="payment recorded"), "offers.unmatch"),
    **_each(funds_books(), "offers.notes", "offers.notes_csv", "offers.donor_links"),
    **_each(funds_books(note="note"), "offers.pass_note", "offers.return_note"),
    **_each(own_funds, "offers.own_fund"),
}


def samples_of(rule: Rule, world: World) -> list[Sample]:
    """Return an endpoint's objects. Fails with a sentence where there are none yet."""
    found = SAMPLES.get(rule.endpoint)
    if found is None and not rule.arguments:
        found = nothing_but_itself
    if found is None and rule.arguments == {"slug", "year"}:
        found = {"decisions": deciding, "publishing": releasing, "offers": releasing}.get(
            rule.endpoint.partition(".")[0], cycles
        )
    if found is None and rule.arguments == {"reference"} and rule.endpoint.startswith("nominations."):
        found = nominations
    assert found is not None, (
        f"{rule.endpoint} ({rule.rule}) has no sample objects. Add them to SAMPLES in "
        "tests/support/samples.py: one that is somebody's own, another's, one at the wrong stage and a missing one, "
        "each with the facts that hold of whom. What it is of must stand in "
        "tests/support/world_small.py."
    )
    return list(found(world))
