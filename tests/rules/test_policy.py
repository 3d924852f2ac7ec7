"""The policy: words, rules and what is seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.policy import POLICY, VISIBLE, Datum, Fact, Permission, Sight, in_words, sight

facts = st.frozensets(st.sampled_from(list(Fact)))


def test_every_permission_has_a_rule_and_every_datum_a_row():
    assert set(POLICY) == set(Permission)
    assert set(VISIBLE) == set(Datum)


def test_every_rule_can_be_read_aloud():
    for permission, words in in_words():
        assert permission
        assert words
        assert "<" not in words


@given(known=facts)
def test_a_conflict_denies_every_datum_and_every_step_on_the_candidacy(known):
    known |= {Fact.CONFLICT}
    for datum in Datum:
        assert sight(datum, known) is Sight.DENY
    for permission in (
        Permission.READ_CANDIDACY,
        Permission.SCREEN,
        Permission.READ_MASKED,
        Permission.SCORE_CANDIDACY,
        Permission.DELIBERATE,
        Permission.MANAGE_CONFLICTS,
        Permission.CONFIRM_STANDING,
        Permission.REDACT,
    ):
        assert not POLICY[permission](known)


@given(known=facts)
def test_nobody_scores_before_saying_no_conflict(known):
    assert not POLICY[Permission.SCORE_CANDIDACY](known - {Fact.CLEAR})
    assert not POLICY[Permission.READ_MASKED](known - {Fact.CLEAR})


@given(known=facts)
def test_nobody_approves_what_they_proposed(known):
    assert not POLICY[Permission.APPROVE_DECISION](known | {Fact.PROPOSED_IT})


@given(known=facts)
def test_who_scores_a_blind_round_sees_no_name_whatever_other_role_they_hold(known):
    known = (known | {Fact.ASSIGNED}) - {Fact.NAMES_SHOWN}
    for datum in (Datum.NOMINEE_IDENTITY, Datum.NOMINATOR_IDENTITY, Datum.OTHERS_SCORES, Datum.STANDING, Datum.CONTACT):
        assert sight(datum, known) is Sight.DENY
    assert sight(Datum.NOMINATION_TEXT, known) is not Sight.SHOW


@given(known=facts)
def test_a_nominee_who_has_not_been_told_may_not_be_asked_for_consent(known):
    known -= {Fact.TOLD, Fact.ITS_GUARDIAN}
    assert not POLICY[Permission.CONSENT](known)
