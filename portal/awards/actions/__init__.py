"""Setting up the organisation, awards and cycles; opening, extending and closing them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import update

from portal import history, mail
from portal.awards import queries
from portal.awards.actions import rubrics
from portal.awards.models import Award, AwardKind, Cycle, Extension, Honours, Organisation, Rubric, Season
from portal.awards.rules import (
    CYCLE,
    DATES,
    WHO_NOMINATES,
    Calendar,
    CycleStage,
    CycleStep,
    Lack,
    lacks,
    out_of_order,
    shifted,
    weeks_between_years,
    with_themself,
)
from portal.awards.templates import CALENDAR, AwardTemplate, by_slug
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.funds import queries as funds
from portal.people.rules import fold
from portal.questions import actions as questions
from portal.questions.models import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.people.models import Person

OWN_WORDS = frozenset(
    {
        "archive",
        "awards",
        "committees",
        "found",
        "funds",
        "imports",
        "messages",
        "new",
        "people",
        "record",
        "roster",
        "screening",
    }
)  # the desk's own
CHANGED_MEANWHILE = N_("Somebody changed this cycle since you opened the page. Look at it again.")


class NotReady(Refused):
    """A cycle that cannot be opened yet; `lacks` says what is missing."""

    def __init__(self, found: list[Lack]) -> None:
        """Keep what is missing."""
        super().__init__(N_("This cycle cannot open yet. Its page says what is missing."))
        self.lacks = found


def edit_organisation(held: Organisation, *, by: Person, at: datetime, **facts: Any) -> None:
    """Change what is said of the organisation. Whether it is a demonstration is none of it."""
    changed = [name for name, value in facts.items() if getattr(held, name) != value]
    for name in changed:
        setattr(held, name, facts[name])
    if changed:
        history.record("edited", held, by=by, at=at, changed=changed)


# ---------------------------------------------------------------- awards


def slug_for(name: str) -> str:
    """Return an address for an award's name that no award has yet."""
    stem = "-".join(fold(name).split())[:48].strip("-") or "award"
    slug, number = stem, 1
    while slug in OWN_WORDS or queries.award_by_slug(slug) is not None:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def create_award(
    *,
    name: dict[str, str],
    kind: AwardKind,
    honours: Honours,
    by: Person | None,
    at: datetime,
    slug: str | None = None,
    position: int | None = None,
    summary: dict[str, str] | None = None,
    about: dict[str, str] | None = None,
    who_may_receive: dict[str, str] | None = None,
    who_may_nominate: dict[str, str] | None = None,
    template: str | None = None,
) -> Award:
    """Set up a standing award. Raises `Refused` (field "slug") where another has its address."""
    slug = slug or slug_for(name.get("en") or next(iter(name.values()), ""))
    if slug in OWN_WORDS or queries.award_by_slug(slug) is not None:
        raise Refused(N_("Another award has this address. Choose another."), field="slug")
    award = Award(
        slug=slug,
        position=position if position is not None else queries.next_position(),
        kind=kind,
        honours=honours,
        name=name,
        summary=summary or {},
        about=about or {},
        who_may_receive=who_may_receive or {},
        who_may_nominate=who_may_nominate or {},
        template=template,
    )
    db.session.add(award)
    history.record("created", award, by=by, at=at)
    return award


def create_award_from(
    template: AwardTemplate, *, by: Person | None, at: datetime, name: dict[str, str] | None = None
) -> Award:
    """Set up an award from one of the portal's own templates, under its name or another.

    Another `name` stands alone: the template's name in a second language is the name of something else. The award
    keeps the template for its first year, whatever its address. Raises `Refused` (field "slug") where another has that.
    """
    own = name is None and queries.award_by_slug(template.slug) is None
    return create_award(
        slug=template.slug if own else None,
        position=template.position if own else None,
        template=template.slug,
        name=name or dict(template.name),
        kind=template.kind,
        honours=template.honours,
        summary=dict(template.summary),
        about=dict(template.about),
        who_may_receive=dict(template.who_may_receive),
        who_may_nominate=dict(template.who_may_nominate),
        by=by,
        at=at,
    )


def edit_award(award: Award, *, by: Person, at: datetime, **facts: Any) -> None:
    """Change what is said of an award: name, summary, about, who may receive and nominate, kind, whom it honours."""
    changed = [name for name, value in facts.items() if getattr(award, name) != value]
    for name in changed:
        setattr(award, name, facts[name])
    if changed:
        history.record("edited", award, by=by, at=at, changed=changed)


def retire_award(award: Award, *, by: Person, at: datetime) -> None:
    """Take an award out of the list of those given; its past stays. Raises `Refused` while a cycle of it runs."""
    if award.retired_at is not None:
        return
    if queries.has_running_cycle(award):
        raise Refused(N_("A cycle of this award is still running. It can be retired when that is over."))
    award.retired_at = at
    history.record("retired", award, by=by, at=at)


def restore_award(award: Award, *, by: Person, at: datetime) -> None:
    """Give a retired award again."""
    award.retired_at = None
    history.record("restored", award, by=by, at=at)


# ---------------------------------------------------------------- cycles


def calendar_for(year: int, zone: str) -> dict[str, datetime]:
    """Return the usual calendar of a season: each on the same weekday nearest the same date, at the same time."""
    there = {name: datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)) for name, local in CALENDAR.items()}
    weeks = weeks_between_years(there["opens_at"], years=year - there["opens_at"].year, zone=zone)
    return {name: shifted(moment, weeks=weeks, zone=zone) for name, moment in there.items()}


def create_cycle(
    award: Award, *, year: int, by: Person | None, at: datetime, template: AwardTemplate | None = None, **facts: Any
) -> Cycle:
    """Begin a draft of one year of an award. `facts` are columns that differ from the template's, or from the usual ones.

    Raises `Refused` (field "year") where that year is there already.
    """
    _refuse_second(award, year)
    template = template or by_slug(award.template or award.slug)
    usual: dict[str, Any] = calendar_for(year, queries.zone())
    usual |= {"places": 1, "sum_cents": 0}
    if template is not None:
        usual |= {
            "places": template.places,
            "sum_cents": template.sum_cents,
            "most_cents": template.most_cents,
            "paid_to": template.paid_to,
            "reads": template.reads,
            "committee_size": template.committee_size,
            "surprise": template.surprise,
            "blind": template.blind,
            "self_nomination": template.self_nomination,
            "eligibility": dict(template.eligibility),
        }
    cycle = Cycle(award=award, season=_season(year), stage=CycleStage.DRAFT, **{**usual, **facts})
    title = f"{award.slug} {year}"
    if "question_set_id" not in facts:
        cycle.question_set = questions.make_set(title, template.questions if template else ())
    if "rubric_id" not in facts:
        cycle.rubric = rubrics.make_rubric(title, template.rubric) if template else Rubric(title=title, levels={})
    db.session.add(cycle)
    history.record("created", cycle, by=by, at=at, year=year)
    return cycle


def copy_cycle(cycle: Cycle, *, year: int, by: Person | None, at: datetime) -> Cycle:
    """Begin a draft of another year from this one: dates nearest the same on the same weekday, questions and rubric copied to be edited.

    `cycle` needs its question set and rubric loaded. The deadline copied is the one first set, not an extended one. Raises
    `Refused` (field "year") where that year is there already.
    """
    _refuse_second(cycle.award, year)
    zone = queries.zone()
    like = queries.first_opening(cycle.award)
    weeks = weeks_between_years(cycle.opens_at, years=year - cycle.year, zone=zone, like=like)
    dates = {name: getattr(cycle, name) for name in DATES} | {"closes_at": queries.first_deadline(cycle)}
    moved = {name: shifted(moment, weeks=weeks, zone=zone) for name, moment in dates.items() if moment is not None}
    kept = (
        "grace_minutes",
        "fund_id",
        "places",
        "sum_cents",
        "most_cents",
        "paid_to",
        "committee_size",
        "reads",
        "surprise",
        "blind",
        "self_nomination",
        "eligibility",
    )
    made = Cycle(
        award=cycle.award,
        season=_season(year),
        stage=CycleStage.DRAFT,
        **{name: getattr(cycle, name) for name in kept},
        **moved,
    )
    title = f"{cycle.award.slug} {year}"
    if cycle.question_set is not None:
        made.question_set = questions.copy_set(cycle.question_set, title=title)
    if cycle.rubric is not None:
        made.rubric = rubrics.copy_rubric(cycle.rubric, title=title)
    db.session.add(made)
    history.record("copied", made, by=by, at=at, from_year=cycle.year, weeks=weeks)
    return made


def start_questions(
    cycle: Cycle, *, template: AwardTemplate | None, year: Cycle | None, by: Person, at: datetime
) -> None:
    """Put a template's questions, or those of another cycle, in place of this draft's own. Raises `Refused` once they are frozen."""
    title = f"{cycle.award.slug} {cycle.year}"
    source = queries.cycle_by_id(year.id) if year is not None else None
    if source is not None and source.question_set is not None:
        made = questions.copy_set(source.question_set, title=title)
    else:
        made = questions.make_set(title, template.questions if template is not None else ())
    if cycle.question_set is None:
        cycle.question_set = made
        db.session.flush()
    else:
        questions.start_again(cycle.question_set, made)
    like = year.award.slug if year is not None else template.slug if template is not None else None
    history.record("questions started again", cycle, by=by, at=at, like=like, from_year=year.year if year else None)


def _refuse_second(award: Award, year: int) -> None:
    if queries.cycle_at(award.slug, year) is not None:
        raise Refused(N_("This award has a cycle of %(year)s already."), field="year", year=year)


def _season(year: int) -> Season:
    found = queries.season(year)
    if found is None:
        found = Season(year=year)
        db.session.add(found)
        db.session.flush()
    return found


AFTER_OPENING = (
    "part_due_at",
    "letters_due_at",
    "redaction_due_at",
    "scoring_opens_at",
    "scoring_closes_at",
    "deliberation_at",
    "decision_at",
    "announced_at",
    "payments_due_at",
    "committee_size",
    "reads",
)


def edit_cycle(cycle: Cycle, *, version: int, by: Person, at: datetime, **facts: Any) -> None:
    """Change a cycle's dates and figures. Once it is open, only what comes after nominating may change.

    Raises `Stale` when somebody else saved since `version`, `Refused` for what can no longer change.
    """
    if cycle.version != version:
        raise Stale(CHANGED_MEANWHILE)
    changed = {name: value for name, value in facts.items() if getattr(cycle, name) != value}
    if not changed:
        return
    if cycle.stage is not CycleStage.DRAFT:
        if cycle.stage in {CycleStage.DECIDED, CycleStage.RELEASED, CycleStage.ARCHIVED} and set(changed) - {
            "announced_at",
            "payments_due_at",
        }:
            raise Refused(N_("This cycle is decided: only its last dates can still change."))
        fixed = sorted(set(changed) - set(AFTER_OPENING))
        if fixed:
            raise Refused(
                N_("This was fixed when the cycle opened, and people rely on it. A deadline can be extended instead."),
                field=fixed[0],
            )
    if "self_nomination" in changed and cycle.eligibility.get(WHO_NOMINATES):
        changed["eligibility"] = with_themself(cycle.eligibility, allowed=changed["self_nomination"])
    _refuse_disorder(cycle, changed)
    before = {name: _plain(getattr(cycle, name)) for name in changed}
    _save(cycle, {**changed, "version": Cycle.version + 1})
    history.record(
        "edited", cycle, by=by, at=at, before=before, after={name: _plain(value) for name, value in changed.items()}
    )


RULES_FIXED = N_("This year is decided, so its rules can no longer change.")
RULES_RELIED_ON = N_("People are nominating under these rules. Say why they change: it stands in the record.")


def set_eligibility(
    cycle: Cycle, rules: Mapping[str, Any], *, version: int, reason: str = "", by: Person, at: datetime
) -> None:
    """Say who may nominate and receive in one year. Once it is open, a change needs its reason.

    Where the rules say who nominates, they say too whether people may put themselves forward. Raises `Stale` when somebody else
    saved since `version`.
    """
    if cycle.version != version:
        raise Stale(CHANGED_MEANWHILE)
    if cycle.stage in {CycleStage.DECIDED, CycleStage.RELEASED, CycleStage.ARCHIVED}:
        raise Refused(RULES_FIXED)
    before, after = cycle.eligibility, dict(rules)
    if before == after:
        return
    if cycle.stage is not CycleStage.DRAFT and not reason.strip():
        raise Refused(RULES_RELIED_ON, field="reason")
    values: dict[str, Any] = {"eligibility": after, "version": Cycle.version + 1}
    chosen = (after.get(WHO_NOMINATES) or {}).get("from")
    if chosen:
        values["self_nomination"] = "self" in chosen
    _save(cycle, values)
    history.record(
        "rules of eligibility set", cycle, by=by, at=at, reason=reason.strip() or None, before=before, after=after
    )


def _refuse_disorder(cycle: Cycle, changed: dict[str, Any]) -> None:
    """Refuse dates out of order: in a draft only a closing before the opening, since the rest is seen to before it opens."""
    calendar = Calendar(**{name: changed.get(name, getattr(cycle, name)) for name in Calendar._fields})
    wrong = out_of_order(calendar)
    if cycle.stage is CycleStage.DRAFT:
        wrong = [pair for pair in wrong if pair == ("opens_at", "closes_at")]
    for first, second in wrong:
        raise Refused(
            N_('"%(later)s" must come after "%(earlier)s".'), field=second, earlier=DATES[first], later=DATES[second]
        )


def _plain(value: Any) -> Any:  # noqa: ANN401 - a column's value as JSON keeps it
    return value if isinstance(value, int | str | bool | dict | None) else value.isoformat()


def _save(cycle: Cycle, values: dict[str, Any]) -> None:
    """Write columns of a cycle, or raise `Stale` where it changed since it was read: also when two clicks race."""
    wanted = update(Cycle).where(Cycle.id == cycle.id, Cycle.version == cycle.version, Cycle.stage == cycle.stage)
    saved = rows_changed(wanted.values(**values).execution_options(synchronize_session=False))
    if saved != 1:
        raise Stale(CHANGED_MEANWHILE)
    db.session.refresh(cycle, ["stage", "version", *(name for name in values if name not in {"stage", "version"})])


def take_step(
    cycle: Cycle, step: CycleStep, *, by: Person | None, at: datetime, reason: str | None = None, **facts: Any
) -> None:
    """Take a cycle one step on in its life, once however many ask. Raises `Refused` where the step does not fit, `Stale` in a race."""
    stage = CYCLE.advance(cycle.stage, step)
    _save(cycle, {**facts, "stage": stage, "version": Cycle.version + 1})
    history.record(step.value, cycle, by=by, at=at, reason=reason, stage=stage.value)


def lacking(cycle: Cycle, *, at: datetime) -> list[Lack]:
    """Return what keeps a cycle from opening. Needs its question set, rubric and fund loaded."""
    rubric = cycle.rubric
    return lacks(
        Calendar(**{name: getattr(cycle, name) for name in Calendar._fields}),
        now=at,
        questions=len(cycle.question_set.asked_of(Asked.NOMINATOR)) if cycle.question_set else 0,
        weights=[criterion.weight for criterion in rubric.criteria] if rubric is not None and rubric.criteria else None,
        levels_described=rubric is not None
        and all(rubric.levels.get(str(level)) for level in range(rubric.lowest, rubric.highest + 1)),
        places=cycle.places,
        sum_cents=cycle.sum_cents,
        promised_cents=queries.promised_cents(cycle),
        fund_cents=funds.budget(cycle.fund, cycle.year) if cycle.fund is not None else None,
    )


def open_cycle(cycle: Cycle, *, by: Person | None, at: datetime) -> None:
    """Open a cycle: its question set is frozen, and nominations are taken from its first instant on.

    Needs question set, rubric and fund loaded. Raises `NotReady`, which says what is missing.
    """
    CYCLE.advance(cycle.stage, CycleStep.OPEN)
    found = lacking(cycle, at=at)
    if found:
        raise NotReady(found)
    if cycle.question_set is not None:
        questions.freeze(cycle.question_set, at=at)
    take_step(cycle, CycleStep.OPEN, by=by, at=at)


def close_cycle(cycle: Cycle, *, at: datetime, by: Person | None = None, reason: str | None = None) -> None:
    """Close a cycle. The portal does so by itself when deadline and grace have passed; a person may close it early, with a reason."""
    over = at >= cycle.closes_at + timedelta(minutes=cycle.grace_minutes)
    if over:
        take_step(cycle, CycleStep.CLOSE, by=by, at=at, reason=reason)
        return
    if by is None:
        raise Refused(N_("Its deadline has not passed yet."))
    if not (reason or "").strip():
        raise Refused(N_("Say why it closes before its date: people are counting on it."), field="reason")
    if at <= cycle.opens_at:
        raise Refused(N_("It has not begun yet. Change its dates instead."), field="reason")
    CYCLE.advance(cycle.stage, CycleStep.CLOSE)
    db.session.add(
        Extension(
            cycle_id=cycle.id, until=at, before=cycle.closes_at, reason=reason or "", granted_by_id=by.id, granted_at=at
        )
    )
    take_step(cycle, CycleStep.CLOSE, by=by, at=at, reason=reason, closes_at=min(at, cycle.closes_at))


def extend(
    cycle: Cycle, *, until: datetime, reason: str, by: Person, at: datetime, person: Person | None = None
) -> Extension:
    """Give a later deadline, to everyone or to one person, with its reason. A closed cycle opens again where it is for everyone.

    Raises `Refused` where it is not later than the deadline that stands, or has passed already.
    """
    if not reason.strip():
        raise Refused(N_("Say why: the reason stays on the record."), field="reason")
    stands = queries.deadline(cycle, person, at)
    if until <= stands:
        raise Refused(N_("That is not later than the deadline that stands."), field="until")
    if until <= at:
        raise Refused(N_("That has passed already. Choose a later time."), field="until")
    step = CycleStep.EXTEND if person is None else CycleStep.EXTEND_ONE
    given = Extension(
        cycle_id=cycle.id,
        person_id=person.id if person else None,
        until=until,
        before=stands,
        reason=reason.strip(),
        granted_by_id=by.id,
        granted_at=at,
    )
    take_step(cycle, step, by=by, at=at, reason=reason.strip(), **({"closes_at": until} if person is None else {}))
    db.session.add(given)
    db.session.flush()
    if person is not None:
        mail.post(
            "awards/extended",
            to=person,
            at=at,
            about=cycle,
            link={"purpose": "sign in", "next": "/nominations"},
            award=cycle.award.name,
            until=until.isoformat(),
        )
    return given
