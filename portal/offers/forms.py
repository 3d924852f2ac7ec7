"""What recipients answer and send, and what the office notes of offers, payments, funds' years and the firewall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.funds.forms import PAYEES
from portal.offers.rules import RequirementKind
from portal.web.fields import Choice, Choices, Form, Line, Text, Version, needed
from portal.web.figures import Day, Money, Whole

if TYPE_CHECKING:
    from portal.funds.rules import PayeeKind

MOST_NOTE, MOST_REASON, MOST_AGREEMENT = 2_000, 1_000, 20_000

PAPERS = {
    RequirementKind.AGREEMENT: _l("the agreement"),
    RequirementKind.TAX_FORM: _l("the tax form"),
    RequirementKind.ENROLLMENT: _l("proof of enrollment"),
    RequirementKind.ACCOUNT: _l("where the money goes"),
    RequirementKind.GUARDIAN: _l("a guardian's signature"),
}
_REASON = _l("Why? It stands in the record")


class VersionForm(Form):
    """A step that asks nothing: which version of the thing it was pressed on."""

    version = Version()


class DecliningForm(VersionForm):
    """Saying no to an offer."""

    reason = Text(_l("Why, if you like"), most=MOST_REASON, description=_l("Only the office reads it."))


class AgreementForm(Form):
    """Agreeing to what an award asks for."""

    signed = Line(_l("Your name, as you sign"), description=_l("Written here it stands for your signature."), most=300)


class PayeeForm(Form):
    """Who receives the sum. Never an account's number."""

    kind = Choice(_l("Who receives the money?"))
    name = Line(_l("Its name"), most=300)
    sponsor = Line(
        _l("The organization that receives it for the group"),
        most=300,
        description=_l(
            "Its fiscal sponsor: a parent-teacher association or a foundation, for instance. Only for a group."
        ),
    )
    contact = Line(
        _l("Who there looks after it"),
        most=300,
        description=_l(
            "A name, and an address or telephone. Account numbers do not belong here: the office asks for them."
        ),
    )

    def offer(self, kinds: list[PayeeKind]) -> None:
        """Offer these kinds of payee. Where there is one alone, nothing is asked about it."""
        if len(kinds) == 1:
            del self.kind, self.sponsor
        else:
            self.kind.choices = [(kind.value, PAYEES[kind]) for kind in kinds]


class NoteForm(Form):
    """A note of thanks."""

    text = Text(
        _l("Your note"),
        most=MOST_NOTE,
        description=_l("A few lines to those who gave. The office reads it first; nobody else sees it."),
    )
    named: Any = BooleanField(
        _l("Sign it with my name"),
        description=_l("Your name is shown only while you agree that the public page names you."),
    )


# ---------------------------------------------------------------- the office


class TermsForm(VersionForm):
    """What each offer of a cycle needs."""

    needs = Choices(
        _l("What is needed before a sum is paid?"),
        choices=[(kind.value, words) for kind, words in PAPERS.items() if kind is not RequirementKind.GUARDIAN],
        description=_l(
            "A guardian's signature is added by itself for someone under 18. Of a tax form only its status is kept."
        ),
    )
    agreement = Text(
        _l("What recipients agree to"), most=MOST_AGREEMENT, description=_l("They read it and sign with their name.")
    )
    answer_days = Whole(_l("Days to answer"), least=1, most=365)
    paper_days = Whole(_l("Days to send what is needed, from their answer"), least=1, most=365)
    at_telling: Any = BooleanField(
        _l("Make each offer by itself, as soon as its recipient is told"),
        description=_l("Otherwise you make them from the page of offers."),
    )


class PaperForm(VersionForm):
    """What the office finds of a paper."""

    word = Line(_l("A word, where it is returned or not needed"), most=MOST_REASON)


class HeardForm(VersionForm):
    """The answer that somebody gave the office in another way than by their link."""

    answer = Choice(
        _l("What did they answer?"), choices=[("accept", _l("They accept")), ("decline", _l("They decline"))]
    )
    heard = Line(
        _l("How you heard it"),
        most=MOST_REASON,
        description=_l("Who told you, how and when: “Her own call, Tuesday at ten”. It stands in the record."),
    )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' signature
        """Ask for one of the two."""
        fine = bool(super().validate(extra_validators))
        if fine and not self.answer.data:
            self.fail("answer", str(_l("Choose what they answered")))
            fine = False
        return fine


class MoreTimeForm(VersionForm):
    """Giving more time, or making an offer again."""

    days = Whole(_l("Days from now"), least=1, most=365)
    why = Line(_REASON, most=MOST_REASON)


class ForfeitForm(VersionForm):
    """Noting that a recipient forfeited what is not paid yet."""

    reason = Text(_REASON, most=MOST_REASON)
    frees: Any = BooleanField(
        _l("The place goes to the next alternate"),
        description=_l(
            "Their page is then taken down. Without this the honor stays, and the sum goes back to the fund."
        ),
    )


class PlanForm(Form):
    """One part of a sum."""

    cents = Money(_l("Sum"))
    planned_on = Day(_l("Planned for"))


class RecordForm(VersionForm):
    """That a payment was made."""

    paid_on = Day(_l("Paid on"))
    reference = Line(
        _l("Reference"),
        [needed(_l("Write the reference: the number of the check, or what the transfer is called"))],
        most=80,
        description=_l("As the bank's statement shows it."),
    )


class ReverseForm(VersionForm):
    """That a payment came back."""

    reversed_on = Day(_l("Came back on"))
    reason = Line(_REASON, most=MOST_REASON)


class ReasonForm(VersionForm):
    """A step that owes a reason."""

    reason = Line(_REASON, most=MOST_REASON)


class BudgetForm(Form):
    """What a fund gives in one year."""

    cents = Money(
        _l("What it gives that year"), may_be_empty=True, description=_l("Left empty: what it usually gives.")
    )
    note = Line(_l("Why it differs, if it does"), most=500)


class MatchForm(Form):
    """Which payments a bank's statement shows."""

    statement = Day(_l("The statement's day"))
    payments = Choices(_l("Payments on it"), validate_choice=False)


class FirewallForm(VersionForm):
    """Who approved the award's procedure, and when."""

    procedure = Line(_l("Which procedure?"), most=300, description=_l("Its title, or where it lies."))
    approved_on = Day(_l("Approved on"), may_be_empty=True)
    approved_by = Line(_l("Approved by"), most=200, description=_l("The board, or a committee of it."))
