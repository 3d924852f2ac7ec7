"""Who may nominate and receive: a year's rules, what they say of a candidacy, and the district's roster that supplies facts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal import clock
from portal.awards import actions as awards
from portal.awards import queries as award_queries
from portal.awards.rules import MAY_NOMINATE, CycleStage, all_but_themself
from portal.errors import N_, NotFound, Refused, Stale
from portal.nominations.actions import eligibility as actions
from portal.nominations.forms.eligibility import DOES, GRADES, RosterForm, RulesForm, RulingForm
from portal.nominations.queries import candidacies
from portal.nominations.queries import eligibility as queries
from portal.nominations.rules import roster as roster_rules
from portal.nominations.rules.eligibility import Does, Holds, Rule, tidy
from portal.nominations.views import words
from portal.nominations.views.pages import pages
from portal.policy import Permission
from portal.questions.models import Asked
from portal.web import failures, viewer
from portal.web.fields import clean
from portal.web.pages import see_other
from portal.web.text import day, either, words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from portal.awards.models import Cycle
    from portal.nominations.models import Candidacy
    from portal.nominations.queries.eligibility import Finding
    from portal.nominations.rules.eligibility import Verdict
    from portal.schools.models import Roster

NAMES = {
    Rule.NOMINATOR: _l("Who nominates"),
    Rule.ROLE: _l("Role"),
    Rule.SCHOOL_YEARS: _l("Years at the school"),
    Rule.DISTRICT_YEARS: _l("Years in the district"),
    Rule.TAUGHT: _l("Grades taught"),
    Rule.GRADE: _l("Grade"),
    Rule.AGE: _l("Age"),
    Rule.HIGH_NEED: _l("High-need school"),
    Rule.REPEAT: _l("Not again so soon"),
    Rule.FAMILIES: _l("Committee, donors and families"),
}
HOLDS = {
    Holds.MET: ("done", _l("Met")),
    Holds.ASK: ("undecided", _l("Ask a person")),
    Holds.NOT_MET: ("blocks", _l("Not met")),
}
OVERALL = {
    Holds.MET: _l("All rules met"),
    Holds.ASK: _l("A person must be asked"),
    Holds.NOT_MET: _l("A rule is not met"),
}


# ---------------------------------------------------------------- words


def grade_word(number: int) -> str:
    """Return a grade as people write it."""
    return str(GRADES.get(number, number))


def _list(said: Iterable[Any]) -> str:
    return ", ".join(str(one) for one in said)


def who_words(chosen: Iterable[str]) -> str:
    """Return those who may nominate, as a part of a sentence."""
    return either(_(MAY_NOMINATE[key]) for key in chosen)


def rule_words(rule: Rule, held: Mapping[str, Any]) -> str:
    """Return what a rule asks, as a sentence without its full stop."""
    return _SAID[rule](held)


def _nominators_words(held: Mapping[str, Any]) -> str:
    return str(_("Anyone but the person themself")) if all_but_themself(held["from"]) else who_words(held["from"])


def _grades_words(held: Mapping[str, Any]) -> str:
    if held["low"] == held["high"]:
        return str(_("In grade %(grade)s", grade=grade_word(held["low"])))
    return str(_("In grades %(low)s to %(high)s", low=grade_word(held["low"]), high=grade_word(held["high"])))


def _repeat_words(held: Mapping[str, Any]) -> str:
    said = (
        ngettext("Not honored in the last year", "Not honored in the last %(num)s years", held["years"])
        if held["any_award"]
        else ngettext(
            "Not honored with this award in the last year",
            "Not honored with this award in the last %(num)s years",
            held["years"],
        )
    )
    return str(said)


def _age_words(held: Mapping[str, Any]) -> str:
    if "least" in held and "most" in held:
        return str(_("From %(least)s to %(most)s years old", least=held["least"], most=held["most"]))
    if "least" in held:
        return str(_("%(least)s years old or more", least=held["least"]))
    return str(_("%(most)s years old or less", most=held["most"]))


_SAID: dict[Rule, Callable[[Mapping[str, Any]], str]] = {
    Rule.NOMINATOR: _nominators_words,
    Rule.ROLE: lambda held: _list(DOES[Does(one)] for one in held["of"]),
    Rule.SCHOOL_YEARS: lambda held: ngettext(
        "One whole year or more at the school", "%(num)s whole years or more at the school", held["least"]
    ),
    Rule.DISTRICT_YEARS: lambda held: ngettext(
        "One whole year or more in the district", "%(num)s whole years or more in the district", held["least"]
    ),
    Rule.TAUGHT: lambda held: _(
        "Teaches in grades %(low)s to %(high)s", low=grade_word(held["low"]), high=grade_word(held["high"])
    ),
    Rule.GRADE: _grades_words,
    Rule.AGE: _age_words,
    Rule.HIGH_NEED: lambda held: _(
        "At a school with Title I funds, or %(share)s%% of students on free or reduced-price lunch", share=held["share"]
    ),
    Rule.REPEAT: _repeat_words,
    Rule.FAMILIES: lambda _held: _("Nobody of the committee, no donor, and none of their families"),
}


def verdict_words(verdict: Verdict) -> str:
    """Return the fact that a verdict rests on, as a sentence."""
    facts = dict(verdict.facts)
    if "who" in facts and isinstance(facts["who"], list):
        facts["who"] = _list(_(MAY_NOMINATE[key]) for key in facts["who"])
    if "since" in facts:
        facts["since"] = day(date.fromisoformat(facts["since"]), weekday=False)
    if "years" in facts:
        facts["years"] = ngettext("%(num)s whole year", "%(num)s whole years", facts["years"])
    if "award" in facts:
        facts["award"] = words_in(facts["award"])
    for name in ("low", "high", "grade"):
        if name in facts:
            facts[name] = grade_word(facts[name])
    said = _(verdict.said, **facts)
    return f"{verdict.who}: {said}" if verdict.who else str(said)


def finding_words(found: Finding) -> tuple[str, str, str]:
    """Return what the rules come to, for a line of the list: a shape, a word, and the rules that are not met or to ask about."""
    holds = found.overall
    if holds is None:
        return "not_started", _("No rules"), ""
    shape, word = HOLDS[holds]
    return shape, str(word), "" if holds is Holds.MET else _list(NAMES[verdict.rule] for verdict in found.of(holds))


def about() -> dict[str, Any]:
    """Return what pages that show rules give their templates."""
    return {
        "rule_names": NAMES,
        "holds_words": HOLDS,
        "overall_words": OVERALL,
        "verdict_words": verdict_words,
        "finding_words": finding_words,
        "rule_words": rule_words,
    }


# ---------------------------------------------------------------- a year's rules


def _cycle(slug: str, year: int) -> Cycle | None:
    return award_queries.cycle_at(slug, year)


@pages.form("/desk/<slug>/<int:year>/eligibility", needs=Permission.MANAGE_CYCLE, of=_cycle)
def rules(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Say who may nominate and who may receive, in one year."""
    form = RulesForm(data={**RulesForm.data_of(cycle.eligibility), "version": str(cycle.version)})
    asked = cycle.question_set.questions if cycle.question_set else []
    form.ask([(one.key, words_in(one.short)) for one in asked if one.asked is Asked.NOMINATOR])
    if form.validate_on_submit():
        version = int(form.version.data or 0) if (form.version.data or "").isdecimal() else 0
        try:
            awards.set_eligibility(
                cycle,
                form.rules,
                version=version,
                reason=form.reason.data or "",
                by=viewer.current(),
                at=clock.now(),
            )
        except Stale:
            form.version.data = str(cycle.version)
            form.fail(
                None, _("Somebody changed this year since you opened the page. Save again to keep what stands here.")
            )
        except Refused as refusal:
            form.fail(refusal.field or "reason", failures.sentence(refusal))
        else:
            flash(_("Saved. What the rules say of each nominee stands on the screening list."))
            return see_other(".rules", slug=cycle.award.slug, year=cycle.year)
    held = tidy(cycle.eligibility)
    return render_template(
        "nominations/rules.html",
        cycle=cycle,
        form=form,
        draft=cycle.stage is CycleStage.DRAFT,
        fixed=cycle.stage in {CycleStage.DECIDED, CycleStage.RELEASED, CycleStage.ARCHIVED},
        held=[(NAMES[Rule(rule)], rule_words(Rule(rule), figures)) for rule, figures in held.items()],
        roster=queries.roster(),
    ), form.status


# ---------------------------------------------------------------- one rule, one candidacy


@pages.form(
    "/desk/<slug>/<int:year>/candidacies/<reference>/rules/<rule>", needs=Permission.SCREEN, of=candidacies.by_reference
)
def ruling(candidacy: Candidacy, rule: str) -> Any:  # noqa: ANN401 - an answer
    """Say of one rule what a person knows, whatever the facts say."""
    found = queries.finding(candidacy, candidacy.cycle)
    verdict = next((one for one in found.verdicts if one.rule.value == rule), None)
    if verdict is None:
        raise NotFound(N_("There is no such rule here."))
    here = {"slug": candidacy.cycle.award.slug, "year": candidacy.cycle.year, "reference": candidacy.reference}
    held = found.rulings.get(verdict.rule)
    form = RulingForm(data={"reason": held.reason, "holds": "met" if held.holds else "not met"} if held else None)
    if form.validate_on_submit():
        try:
            _rule(candidacy, verdict.rule, form)
        except Refused as refusal:
            form.fail(refusal.field or "reason", failures.sentence(refusal))
        else:
            flash(_("Recorded: %(rule)s.", rule=NAMES[verdict.rule]))
            return see_other(".candidacy", **here, _anchor="rules")
    return render_template(
        "nominations/ruling.html",
        candidacy=candidacy,
        cycle=candidacy.cycle,
        verdict=verdict,
        figures=tidy(candidacy.cycle.eligibility)[verdict.rule.value],
        found=found,
        form=form,
        **about(),
        **words.about(),
    ), form.status


def _rule(candidacy: Candidacy, rule: Rule, form: RulingForm) -> None:
    said = form.holds.data
    facts: dict[str, Any] = {"by": viewer.current(), "at": clock.now()}
    if said not in {"met", "not met", "facts"}:
        raise Refused(N_("Choose one of these"), field="holds")
    if said == "facts":
        actions.take_back(candidacy, rule, **facts)
    else:
        actions.rule_on(candidacy, rule, holds=said == "met", reason=form.reason.data or "", **facts)


# ---------------------------------------------------------------- the roster


@pages.form("/desk/roster", needs=Permission.KEEP_ROSTER)
def roster() -> Any:  # noqa: ANN401 - an answer
    """Bring in the district's roster, and say what became of its rows. What stands in it is shown nowhere."""
    form = RosterForm(of=clock.now().date().isoformat())
    if form.validate_on_submit():
        file = request.files.get("file")
        if file is None or not file.filename:
            form.fail("file", _("Choose a file"))
        elif form.day is None:
            form.fail("of", _("Write the day it is of, such as 2026-01-15"))
        else:
            try:
                made = actions.bring_roster(
                    file.read(), name=clean(file.filename), of=form.day, by=viewer.current(), at=clock.now()
                )
            except Refused as refusal:
                form.fail(refusal.field or "file", failures.sentence(refusal))
            else:
                flash(ngettext("One line was taken.", "%(num)s lines were taken.", made.lines))
                return see_other(".roster")
    return render_template(
        "nominations/roster.html",
        form=form,
        now=queries.roster(),
        earlier=queries.rosters(),
        columns=[(_(roster_rules.WORDS[target]), names) for target, names in roster_rules.COLUMNS.items()],
        problem_words=words.said,
    ), form.status


@pages.step("/desk/roster/removal", needs=Permission.KEEP_ROSTER)
def roster_removal() -> Any:  # noqa: ANN401 - an answer
    """Delete every line of the roster."""
    held: Roster | None = queries.roster()
    if held is not None:
        actions.take_roster_away(held, by=viewer.current(), at=clock.now())
        flash(_("The roster is deleted. What you decided yourselves stays."))
    return see_other(".roster")


def filter_choices() -> list[tuple[str, Any]]:
    """Return the choices of the screening list's filter by rules."""
    return [("", _("Whatever the rules say")), *((holds.value, OVERALL[holds]) for holds in reversed(Holds))]
