"""Offers, their papers and payments, and thank-you notes.

Why: recipients accept or decline by link and send what is needed; payments are planned, approved and recorded; donors are thanked.
Both ways: a downgrade loses all of that; export the ledger first.

Revision: 0038
After: 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offer_terms",
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("agreement", sa.JSON(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("paper_days", sa.Integer(), nullable=False),
        sa.Column("at_telling", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "answer_days BETWEEN 1 AND 365 AND paper_days BETWEEN 1 AND 365", name=op.f("ck_offer_terms_days")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_offer_terms_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_terms")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_offer_terms_cycle_id")),
    )
    op.create_table(
        "offer",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "made",
                "accepted",
                "declined",
                "lapsed",
                "paperwork",
                "paid",
                "closed",
                "forfeited",
                name="offerstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("offered_cents", sa.Integer(), nullable=False),
        sa.Column("sum_cents", sa.Integer(), nullable=False),
        sa.Column("planned_cents", sa.Integer(), nullable=False),
        sa.Column("recorded_cents", sa.Integer(), nullable=False),
        sa.Column(
            "paid_to",
            sa.Enum(
                "the school",
                "the person",
                "the college",
                name="paidto",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("agreement", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paper_days", sa.Integer(), nullable=False),
        sa.Column("papers_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column(
            "payee_kind",
            sa.Enum(
                "school",
                "person",
                "college",
                "school group",
                name="payeekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("payee_name", sa.String(length=300), nullable=False),
        sa.Column("payee_sponsor", sa.String(length=300), nullable=True),
        sa.Column("payee_contact", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(payee_kind = 'school group') = (payee_sponsor IS NOT NULL)", name=op.f("ck_offer_a_group_has_a_sponsor")
        ),
        sa.CheckConstraint(
            "(state IN ('made', 'lapsed')) = (answered_at IS NULL)", name=op.f("ck_offer_answered_has_a_date")
        ),
        sa.CheckConstraint(
            "0 <= recorded_cents AND recorded_cents <= planned_cents AND planned_cents <= sum_cents",
            name=op.f("ck_offer_within_the_sum"),
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_offer_answered_by_id_person")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_offer_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_offer_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_offer_fund_id_fund")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_offer_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("candidacy_id", name=op.f("uq_offer_candidacy_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_offer_reference")),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_fund_id"), ["fund_id"], unique=False)
        batch_op.create_index("ix_offer_state", ["state", "due_at"], unique=False)

    op.create_table(
        "requirement",
        sa.Column("offer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "agreement",
                "tax form",
                "proof of enrollment",
                "where the money goes",
                "a guardian's signature",
                name="requirementkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "wanted",
                "given",
                "in order",
                "returned",
                "not needed",
                name="requirementstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "kind != 'tax form' OR (words IS NULL AND file_id IS NULL)",
            name=op.f("ck_requirement_nothing_of_a_tax_form"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_requirement_file_id_file")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_requirement_given_by_id_person")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_requirement_offer_id_offer")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_requirement_settled_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
        sa.UniqueConstraint("offer_id", "kind", name=op.f("uq_requirement_offer_id_kind")),
    )
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requirement_offer_id"), ["offer_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("offer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "approved",
                "recorded",
                "reversed",
                "called off",
                name="paymentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column(
            "payee_kind",
            sa.Enum(
                "school",
                "person",
                "college",
                "school group",
                name="payeekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("payee_name", sa.String(length=300), nullable=False),
        sa.Column("payee_sponsor", sa.String(length=300), nullable=True),
        sa.Column("planned_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_on", sa.Date(), nullable=True),
        sa.Column("reversed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("matched_on", sa.Date(), nullable=True),
        sa.Column("matched_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(payee_kind = 'school group') = (payee_sponsor IS NOT NULL)", name=op.f("ck_payment_a_group_has_a_sponsor")
        ),
        sa.CheckConstraint(
            "(state = 'reversed') = (reversed_on IS NOT NULL)", name=op.f("ck_payment_reversed_has_a_date")
        ),
        sa.CheckConstraint(
            "(state IN ('recorded', 'reversed')) = (paid_on IS NOT NULL)", name=op.f("ck_payment_recorded_has_a_date")
        ),
        sa.CheckConstraint("paid_on IS NULL OR reference != ''", name=op.f("ck_payment_recorded_has_a_reference")),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'recorded', 'reversed') OR approved_by_id IS NOT NULL",
            name=op.f("ck_payment_approved_by_someone"),
        ),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id != planned_by_id", name=op.f("ck_payment_a_second_person")
        ),
        sa.CheckConstraint("cents > 0", name=op.f("ck_payment_of_something")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_payment_approved_by_id_person")),
        sa.ForeignKeyConstraint(["matched_by_id"], ["person.id"], name=op.f("fk_payment_matched_by_id_person")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_payment_offer_id_offer")),
        sa.ForeignKeyConstraint(["planned_by_id"], ["person.id"], name=op.f("fk_payment_planned_by_id_person")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_payment_recorded_by_id_person")),
        sa.ForeignKeyConstraint(["reversed_by_id"], ["person.id"], name=op.f("fk_payment_reversed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("offer_id", "number", name=op.f("uq_payment_offer_id_number")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index("ix_payment_state", ["state", "planned_on"], unique=False)

    op.create_table(
        "thank_you",
        sa.Column("offer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "given",
                "passed on",
                "returned",
                "taken back",
                name="notestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_thank_you_fund_id_fund")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_thank_you_offer_id_offer")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_thank_you_person_id_person")),
        sa.ForeignKeyConstraint(["read_by_id"], ["person.id"], name=op.f("fk_thank_you_read_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thank_you")),
        sa.UniqueConstraint("offer_id", "person_id", name=op.f("uq_thank_you_offer_id_person_id")),
    )
    with op.batch_alter_table("thank_you", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_thank_you_fund_id"), ["fund_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_thank_you_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_thank_you_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("thank_you", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_thank_you_person_id"))
        batch_op.drop_index(batch_op.f("ix_thank_you_offer_id"))
        batch_op.drop_index(batch_op.f("ix_thank_you_fund_id"))

    op.drop_table("thank_you")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_state")
        batch_op.drop_index(batch_op.f("ix_payment_offer_id"))

    op.drop_table("payment")
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_offer_id"))

    op.drop_table("requirement")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index("ix_offer_state")
        batch_op.drop_index(batch_op.f("ix_offer_fund_id"))
        batch_op.drop_index(batch_op.f("ix_offer_cycle_id"))

    op.drop_table("offer")
    op.drop_table("offer_terms")
