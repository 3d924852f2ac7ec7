"""The first tables: everything a season needs, from the first nomination to the public page.

Why: there was nothing before. No rows exist to be kept.
Both ways: a downgrade drops everything.

Revision: 0001
After: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "award",
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("award", "scholarship", name="awardkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "honours",
            sa.Enum(
                "principals",
                "teachers",
                "administrators",
                "other school staff",
                "students",
                name="honours",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("who_may_receive", sa.JSON(), nullable=False),
        sa.Column("who_may_nominate", sa.JSON(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("slug", name=op.f("uq_award_slug")),
    )
    op.create_table(
        "fund",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("credit", sa.JSON(), nullable=False),
        sa.Column("yearly_cents", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("yearly_cents >= 0", name=op.f("ck_fund_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
        sa.UniqueConstraint("name", name=op.f("uq_fund_name")),
    )
    op.create_table(
        "job",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_parts", sa.Integer(), nullable=False),
        sa.Column("all_parts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due", ["state", "run_at"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("short_name", sa.String(length=80), nullable=False),
        sa.Column("lead", sa.JSON(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("mission", sa.JSON(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("accent", sa.String(length=40), nullable=False),
        sa.Column("help_name", sa.String(length=200), nullable=False),
        sa.Column("help_email", sa.String(length=320), nullable=False),
        sa.Column("help_phone", sa.String(length=60), nullable=False),
        sa.Column("help_hours", sa.JSON(), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("demonstration_stage", sa.String(length=20), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_organisation_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "person",
        sa.Column("given_name", sa.String(length=300), nullable=False),
        sa.Column("family_name", sa.String(length=300), nullable=False),
        sa.Column("known_as", sa.String(length=300), nullable=True),
        sa.Column("legal_name", sa.String(length=300), nullable=True),
        sa.Column("sort_name", sa.String(length=600), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("email_key", sa.String(length=320), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounce_reason", sa.String(), nullable=True),
        sa.Column("phone", sa.String(length=60), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("minor", sa.Boolean(), nullable=True),
        sa.Column("guardian_name", sa.String(length=600), nullable=True),
        sa.Column("guardian_email", sa.String(length=320), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_email_key"), ["email_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_sort_name"), ["sort_name"], unique=False)

    op.create_table(
        "public_version",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_version")),
    )
    op.create_table(
        "question_set",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("template", sa.Boolean(), nullable=False),
        sa.Column("copied_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["copied_from_id"], ["question_set.id"], name=op.f("fk_question_set_copied_from_id_question_set")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_set")),
    )
    op.create_table(
        "rubric",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("template", sa.Boolean(), nullable=False),
        sa.Column("copied_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lowest", sa.Integer(), nullable=False),
        sa.Column("highest", sa.Integer(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("lowest >= 0 AND highest > lowest", name=op.f("ck_rubric_levels")),
        sa.ForeignKeyConstraint(["copied_from_id"], ["rubric.id"], name=op.f("fk_rubric_copied_from_id_rubric")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric")),
    )
    op.create_table(
        "school",
        sa.Column("nces_id", sa.String(length=20), nullable=True),
        sa.Column("state_id", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("low_grade", sa.String(length=4), nullable=True),
        sa.Column("high_grade", sa.String(length=4), nullable=True),
        sa.Column("street", sa.String(length=200), nullable=True),
        sa.Column("zip", sa.String(length=10), nullable=True),
        sa.Column("title_i", sa.Boolean(), nullable=True),
        sa.Column("students", sa.Integer(), nullable=True),
        sa.Column("teachers", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("free_lunch", sa.Integer(), nullable=True),
        sa.Column("reduced_lunch", sa.Integer(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school")),
        sa.UniqueConstraint("name", name=op.f("uq_school_name")),
        sa.UniqueConstraint("nces_id", name=op.f("uq_school_nces_id")),
    )
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_name_key"), ["name_key"], unique=False)

    op.create_table(
        "season",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season")),
        sa.UniqueConstraint("year", name=op.f("uq_season_year")),
    )
    op.create_table(
        "account",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("address", name=op.f("uq_account_address")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "affiliation",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_affiliation_person_id_person")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_affiliation_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation")),
        sa.UniqueConstraint("person_id", "school_id", "role", name=op.f("uq_affiliation_person_id_school_id_role")),
    )
    with op.batch_alter_table("affiliation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_affiliation_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_affiliation_school_id"), ["school_id"], unique=False)

    op.create_table(
        "criterion",
        sa.Column("rubric_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_criterion_weight_positive")),
        sa.ForeignKeyConstraint(["rubric_id"], ["rubric.id"], name=op.f("fk_criterion_rubric_id_rubric")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("rubric_id", "key", name=op.f("uq_criterion_rubric_id_key")),
    )
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criterion_rubric_id"), ["rubric_id"], unique=False)

    op.create_table(
        "cycle",
        sa.Column("award_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "draft",
                "open",
                "closed",
                "in review",
                "decided",
                "released",
                "archived",
                name="cyclestage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("question_set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rubric_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("part_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("letters_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redaction_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scoring_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scoring_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deliberation_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payments_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("sum_cents", sa.Integer(), nullable=False),
        sa.Column("most_cents", sa.Integer(), nullable=True),
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
        sa.Column("committee_size", sa.Integer(), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("surprise", sa.Boolean(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("self_nomination", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_cycle_closes_after_it_opens")),
        sa.CheckConstraint("grace_minutes BETWEEN 0 AND 1440", name=op.f("ck_cycle_grace")),
        sa.CheckConstraint("places >= 0", name=op.f("ck_cycle_places")),
        sa.CheckConstraint("reads BETWEEN 1 AND 20", name=op.f("ck_cycle_reads")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_cycle_award_id_award")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_cycle_fund_id_fund")),
        sa.ForeignKeyConstraint(
            ["question_set_id"], ["question_set.id"], name=op.f("fk_cycle_question_set_id_question_set")
        ),
        sa.ForeignKeyConstraint(["rubric_id"], ["rubric.id"], name=op.f("fk_cycle_rubric_id_rubric")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_cycle_season_id_season")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
        sa.UniqueConstraint("award_id", "season_id", name=op.f("uq_cycle_award_id_season_id")),
    )
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cycle_award_id"), ["award_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cycle_season_id"), ["season_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cycle_stage"), ["stage"], unique=False)

    op.create_table(
        "event",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_event_actor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_at"), ["at"], unique=False)
        batch_op.create_index("ix_event_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "fund_donor",
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_fund_donor_fund_id_fund")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fund_donor_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_donor")),
        sa.UniqueConstraint("fund_id", "person_id", name=op.f("uq_fund_donor_fund_id_person_id")),
    )
    with op.batch_alter_table("fund_donor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fund_donor_fund_id"), ["fund_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fund_donor_person_id"), ["person_id"], unique=False)

    op.create_table(
        "import",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("matched", sa.JSON(), nullable=False),
        sa.Column("award_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tell", sa.Boolean(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "matching",
                "checked",
                "importing",
                "imported",
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("uploaded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_import_award_id_award")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_import_season_id_season")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_import_uploaded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_sha256"), ["sha256"], unique=False)

    op.create_table(
        "link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("next", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_link_token_hash")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_link_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_email", sa.String(length=320), nullable=True),
        sa.Column("about_kind", sa.String(length=40), nullable=True),
        sa.Column("about_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("link", sa.JSON(), nullable=True),
        sa.Column("result", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sending",
                "sent",
                "failed",
                "cancelled",
                "bounced",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_message_to_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_message_message_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_about", ["about_kind", "about_id"], unique=False)
        batch_op.create_index("ix_message_due", ["state", "not_before"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_to_id"), ["to_id"], unique=False)

    op.create_table(
        "past_honour",
        sa.Column("award_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=600), nullable=True),
        sa.Column("name_key", sa.String(length=600), nullable=True),
        sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("school_name", sa.String(length=200), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_past_honour_award_id_award")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_past_honour_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_honour")),
    )
    with op.batch_alter_table("past_honour", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_past_honour_award_id"), ["award_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_past_honour_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_past_honour_year"), ["year"], unique=False)

    op.create_table(
        "question",
        sa.Column("set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column(
            "asked",
            sa.Enum("nominator", "nominee", name="asked", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "line",
                "text",
                "choice",
                "choices",
                "yes_no",
                name="questionkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("label", sa.JSON(), nullable=False),
        sa.Column("short", sa.JSON(), nullable=False),
        sa.Column("hint", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("word_limit", sa.Integer(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("scored", sa.Boolean(), nullable=False),
        sa.Column("blind_visible", sa.Boolean(), nullable=False),
        sa.Column("publishable", sa.Boolean(), nullable=False),
        sa.Column(
            "sensitivity",
            sa.Enum(
                "none",
                "personal",
                "education record",
                "need",
                "demographic",
                name="sensitivity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["set_id"], ["question_set.id"], name=op.f("fk_question_set_id_question_set")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("set_id", "key", name=op.f("uq_question_set_id_key")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_set_id"), ["set_id"], unique=False)

    op.create_table(
        "recipient",
        sa.Column("slug", sa.String(length=160), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("award_slug", sa.String(length=60), nullable=False),
        sa.Column("award_name", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(length=600), nullable=True),
        sa.Column("sort_name", sa.String(length=600), nullable=False),
        sa.Column("role", sa.String(length=120), nullable=True),
        sa.Column("school", sa.String(length=600), nullable=True),
        sa.Column("biography", sa.String(), nullable=True),
        sa.Column("citation", sa.String(), nullable=True),
        sa.Column("quotations", sa.JSON(), nullable=False),
        sa.Column("sum_cents", sa.Integer(), nullable=True),
        sa.Column("paid_to", sa.String(length=40), nullable=True),
        sa.Column("fund_name", sa.String(length=200), nullable=True),
        sa.Column("fund_credit", sa.JSON(), nullable=False),
        sa.Column("portrait", sa.Integer(), nullable=False),
        sa.Column("public_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("correction", sa.String(), nullable=True),
        sa.Column("taken_down_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_down_reason", sa.String(), nullable=True),
        sa.Column("changed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "name IS NOT NULL OR (role IS NULL AND school IS NULL AND biography IS NULL AND citation IS NULL)",
            name=op.f("ck_recipient_no_page_without_a_name"),
        ),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_recipient_changed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("candidacy_id", "person_id", name=op.f("uq_recipient_candidacy_id_person_id")),
        sa.UniqueConstraint("year", "slug", name=op.f("uq_recipient_year_slug")),
    )
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.create_index("ix_recipient_award", ["award_slug", "year"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum("staff", "publisher", "auditor", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "scope",
            sa.Enum("organisation", "award", name="scope", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("granted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(scope = 'organisation') = (scope_id = 0)", name=op.f("ck_role_grant_organisation_has_no_number")
        ),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_role_grant_granted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "person_id", "role", "scope", "scope_id", name=op.f("uq_role_grant_person_id_role_scope_scope_id")
        ),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_person_id"), ["person_id"], unique=False)

    op.create_table(
        "school_alias",
        sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_alias_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_alias")),
        sa.UniqueConstraint("name_key", name=op.f("uq_school_alias_name_key")),
    )
    with op.batch_alter_table("school_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_alias_school_id"), ["school_id"], unique=False)

    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("guardian", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "candidacy",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "intake",
                "eligible",
                "ineligible",
                "in review",
                "shortlisted",
                "not advanced",
                "decided",
                "withdrawn",
                name="candidacystage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=600), nullable=False),
        sa.Column("sort_name", sa.String(length=600), nullable=False),
        sa.Column("name_put_right_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("role", sa.String(length=120), nullable=True),
        sa.Column("place_text", sa.String(length=300), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("standing_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("standing_confirmed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("standing_note", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_candidacy_cycle_id_cycle")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["candidacy.id"], name=op.f("fk_candidacy_merged_into_id_candidacy")
        ),
        sa.ForeignKeyConstraint(
            ["standing_confirmed_by_id"], ["person.id"], name=op.f("fk_candidacy_standing_confirmed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy")),
        sa.UniqueConstraint("reference", name=op.f("uq_candidacy_reference")),
    )
    with op.batch_alter_table("candidacy", schema=None) as batch_op:
        batch_op.create_index("ix_candidacy_listing", ["cycle_id", "merged_into_id", "stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_candidacy_sort_name"), ["sort_name"], unique=False)

    op.create_table(
        "extension",
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_extension_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_extension_granted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_extension_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extension_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_person_id"), ["person_id"], unique=False)

    op.create_table(
        "held_text",
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_held_text_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_text")),
    )
    with op.batch_alter_table("held_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_text_session_id"), ["session_id"], unique=False)

    op.create_table(
        "member",
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum("chair", "reviewer", name="memberrole", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "accepted",
                "declined",
                "removed",
                name="memberstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("rules_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("donor_related", sa.Boolean(), nullable=False),
        sa.Column("appointed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("capacity IS NULL OR capacity >= 0", name=op.f("ck_member_capacity")),
        sa.ForeignKeyConstraint(["appointed_by_id"], ["person.id"], name=op.f("fk_member_appointed_by_id_person")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_member_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_member_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("cycle_id", "person_id", name=op.f("uq_member_cycle_id_person_id")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "release",
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "approved",
                "told",
                "public",
                "cancelled",
                name="releasestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(public_done_at IS NOT NULL) = (state = 'public')", name=op.f("ck_release_public_has_a_date")
        ),
        sa.CheckConstraint(
            "(told_done_at IS NOT NULL) = (state IN ('told', 'public'))", name=op.f("ck_release_told_has_a_date")
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'told', 'public') OR approved_by_id IS NOT NULL",
            name=op.f("ck_release_approved_by_someone"),
        ),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id != planned_by_id", name=op.f("ck_release_a_second_person")
        ),
        sa.CheckConstraint(
            "told_at IS NULL OR public_at IS NULL OR told_at <= public_at", name=op.f("ck_release_told_first")
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_release_approved_by_id_person")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_release_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["planned_by_id"], ["person.id"], name=op.f("fk_release_planned_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_release_cycle_id")),
    )
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_release_state"), ["state"], unique=False)

    op.create_table(
        "round",
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("scoring", name="roundkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "open",
                "closed",
                "reopened",
                "locked",
                name="roundstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("covers_pronouns", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("rules_digest", sa.String(length=64), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("standings_version", sa.Integer(), nullable=False),
        sa.Column("calibrated_version", sa.Integer(), nullable=False),
        sa.Column("calibration", sa.JSON(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("reads >= 1", name=op.f("ck_round_reads")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_round_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_round_cycle_id_number")),
    )
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_cycle_id"), ["cycle_id"], unique=False)

    op.create_table(
        "sent_copy",
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_email", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_sent_copy_message_id_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_copy")),
    )
    with op.batch_alter_table("sent_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sent_copy_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sent_copy_sent_at"), ["sent_at"], unique=False)

    op.create_table(
        "sitting",
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("nominator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nominator_name", sa.String(length=600), nullable=False),
        sa.Column("nominator_email", sa.String(length=320), nullable=True),
        sa.Column("nominator_phone", sa.String(length=60), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("once", sa.String(length=60), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["nominator_id"], ["person.id"], name=op.f("fk_sitting_nominator_id_person")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_sitting_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting")),
        sa.UniqueConstraint("once", name=op.f("uq_sitting_once")),
    )
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sitting_nominator_id"), ["nominator_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sitting_session_id"), ["session_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "assigned",
                "declared clear",
                "in progress",
                "submitted",
                "declined",
                "abstained",
                "recused",
                name="assignmentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_assignment_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_assignment_reviewer_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_assignment_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("reviewer_id", "position", name=op.f("uq_assignment_reviewer_id_position")),
        sa.UniqueConstraint(
            "round_id", "candidacy_id", "reviewer_id", name=op.f("uq_assignment_round_id_candidacy_id_reviewer_id")
        ),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index("ix_assignment_queue", ["reviewer_id", "round_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_reviewer_id"), ["reviewer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_round_id"), ["round_id"], unique=False)

    op.create_table(
        "candidacy_person",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_candidacy_person_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_candidacy_person_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_candidacy_person_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy_person")),
        sa.UniqueConstraint("cycle_id", "person_id", name=op.f("uq_candidacy_person_cycle_id_person_id")),
    )
    with op.batch_alter_table("candidacy_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidacy_person_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_candidacy_person_person_id"), ["person_id"], unique=False)

    op.create_table(
        "candidacy_school",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_candidacy_school_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_candidacy_school_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy_school")),
        sa.UniqueConstraint("candidacy_id", "school_id", name=op.f("uq_candidacy_school_candidacy_id_school_id")),
    )
    with op.batch_alter_table("candidacy_school", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidacy_school_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_candidacy_school_school_id"), ["school_id"], unique=False)

    op.create_table(
        "conflict",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "is the nominee",
                "nominated in this cycle",
                "works at the same school",
                "shares the family name",
                "gave to the fund",
                "declared it",
                "recused while reading",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "suggested",
                "declared",
                "confirmed",
                "dismissed",
                "waived",
                name="conflictstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_conflict_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_conflict_decided_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conflict_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint("candidacy_id", "person_id", "kind", name=op.f("uq_conflict_candidacy_id_person_id_kind")),
    )
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_state"), ["state"], unique=False)

    op.create_table(
        "consent",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "field",
            sa.Enum(
                "name",
                "school",
                "photo",
                "biography",
                "quotation",
                "sum",
                name="field",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "not asked",
                "given",
                "refused",
                "taken back",
                name="consentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("by_guardian", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_consent_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index("ix_consent_latest", ["candidacy_id", "person_id", "field", "said_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_person_id"), ["person_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "selected",
                "alternate",
                "finalist",
                "not selected",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("alternate", sa.Integer(), nullable=True),
        sa.Column("sum_cents", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "released",
                "corrected",
                "rescinded",
                name="decisionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'alternate') = (alternate IS NOT NULL)", name=op.f("ck_decision_alternates_are_in_order")
        ),
        sa.CheckConstraint(
            "(outcome = 'selected' AND state != 'rescinded') = (place IS NOT NULL)",
            name=op.f("ck_decision_selected_takes_a_place"),
        ),
        sa.CheckConstraint(
            "(outcome = 'selected') = (sum_cents IS NOT NULL)", name=op.f("ck_decision_selected_has_a_sum")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (approved_by_id IS NULL)", name=op.f("ck_decision_approved_by_someone")
        ),
        sa.CheckConstraint("alternate IS NULL OR alternate >= 1", name=op.f("ck_decision_alternates_from_one")),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id != proposed_by_id", name=op.f("ck_decision_a_second_person")
        ),
        sa.CheckConstraint("place IS NULL OR place >= 1", name=op.f("ck_decision_places_from_one")),
        sa.CheckConstraint("sum_cents IS NULL OR sum_cents >= 0", name=op.f("ck_decision_not_negative")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_decision_approved_by_id_person")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_decision_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_decision_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_decision_proposed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("candidacy_id", name=op.f("uq_decision_candidacy_id")),
        sa.UniqueConstraint("cycle_id", "alternate", name=op.f("uq_decision_cycle_id_alternate")),
        sa.UniqueConstraint("cycle_id", "place", name=op.f("uq_decision_cycle_id_place")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_cycle_id"), ["cycle_id"], unique=False)

    op.create_table(
        "declaration",
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed", sa.JSON(), nullable=False),
        sa.Column("ties", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_declaration_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
    )
    with op.batch_alter_table("declaration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_declaration_member_id"), ["member_id"], unique=False)

    op.create_table(
        "known_string",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("noun", sa.String(length=60), nullable=False),
        sa.Column("added_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_known_string_added_by_id_person")),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_known_string_candidacy_id_candidacy")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_string")),
        sa.UniqueConstraint("candidacy_id", "text", name=op.f("uq_known_string_candidacy_id_text")),
    )
    with op.batch_alter_table("known_string", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_string_candidacy_id"), ["candidacy_id"], unique=False)

    op.create_table(
        "masked",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_kind", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_masked_approved_by_id_person")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_masked_candidacy_id_candidacy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_masked")),
        sa.UniqueConstraint(
            "candidacy_id",
            "source_kind",
            "source_id",
            "key",
            name=op.f("uq_masked_candidacy_id_source_kind_source_id_key"),
        ),
    )
    with op.batch_alter_table("masked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_masked_candidacy_id"), ["candidacy_id"], unique=False)

    op.create_table(
        "match",
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("second_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "refused",
                "moot",
                name="matchstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_match_in_order")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_match_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_match_decided_by_id_person")),
        sa.ForeignKeyConstraint(["first_id"], ["candidacy.id"], name=op.f("fk_match_first_id_candidacy")),
        sa.ForeignKeyConstraint(["second_id"], ["candidacy.id"], name=op.f("fk_match_second_id_candidacy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_match_first_id_second_id")),
    )
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_first_id"), ["first_id"], unique=False)
        batch_op.create_index("ix_match_open", ["cycle_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_second_id"), ["second_id"], unique=False)

    op.create_table(
        "nomination",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("sitting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nominator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "draft",
                "submitted",
                "revising",
                "returned",
                "late",
                "refused",
                "withdrawn",
                "void",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("nominee_version", sa.Integer(), nullable=False),
        sa.Column("relation_version", sa.Integer(), nullable=False),
        sa.Column("quote_version", sa.Integer(), nullable=False),
        sa.Column(
            "entered",
            sa.Enum(
                "web",
                "import",
                "staff",
                "demonstration",
                name="entered",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column(
            "place",
            sa.Enum(
                "schools",
                "not listed",
                "central office",
                name="where",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("place_text", sa.String(length=300), nullable=True),
        sa.Column(
            "relation",
            sa.Enum(
                "parent",
                "student",
                "colleague",
                "supervisor",
                "community",
                "self",
                "other",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("relation_text", sa.String(), nullable=True),
        sa.Column(
            "quote",
            sa.Enum("named", "unnamed", "no", name="quote", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("may_tell_nominee", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "stage != 'draft' OR submitted_at IS NULL", name=op.f("ck_nomination_a_draft_was_never_submitted")
        ),
        sa.CheckConstraint(
            "stage NOT IN ('submitted', 'revising', 'returned') OR submitted_at IS NOT NULL",
            name=op.f("ck_nomination_submitted_has_a_date"),
        ),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_nomination_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_nomination_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name=op.f("fk_nomination_entered_by_id_person")),
        sa.ForeignKeyConstraint(["nominator_id"], ["person.id"], name=op.f("fk_nomination_nominator_id_person")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_nomination_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination")),
        sa.UniqueConstraint("reference", name=op.f("uq_nomination_reference")),
    )
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nomination_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_nomination_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index("ix_nomination_listing", ["cycle_id", "stage", "candidacy_id", "language"], unique=False)
        batch_op.create_index(batch_op.f("ix_nomination_nominator_id"), ["nominator_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_nomination_sitting_id"), ["sitting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_nomination_stage"), ["stage"], unique=False)

    op.create_table(
        "note",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_note_author_id_person")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_note_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_note_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_round_id"), ["round_id"], unique=False)

    op.create_table(
        "page_draft",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("citation", sa.String(), nullable=False),
        sa.Column("quotations", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_page_draft_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_page_draft_saved_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_draft")),
        sa.UniqueConstraint("candidacy_id", name=op.f("uq_page_draft_candidacy_id")),
    )
    op.create_table(
        "part",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("biography", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_part_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_part_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part")),
        sa.UniqueConstraint("candidacy_id", "person_id", name=op.f("uq_part_candidacy_id_person_id")),
    )
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_part_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_part_person_id"), ["person_id"], unique=False)

    op.create_table(
        "plan",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("inputs_digest", sa.String(length=64), nullable=False),
        sa.Column("pairs", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_plan_made_by_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_plan_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_round_id"), ["round_id"], unique=False)

    op.create_table(
        "spoken_name",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_spoken_name_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_spoken_name_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spoken_name")),
        sa.UniqueConstraint("reference", name=op.f("uq_spoken_name_reference")),
        sa.UniqueConstraint("round_id", "candidacy_id", name=op.f("uq_spoken_name_round_id_candidacy_id")),
        sa.UniqueConstraint("round_id", "name", name=op.f("uq_spoken_name_round_id_name")),
    )
    with op.batch_alter_table("spoken_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spoken_name_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_spoken_name_round_id"), ["round_id"], unique=False)

    op.create_table(
        "standing",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mean", sa.Double(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("spread", sa.Double(), nullable=True),
        sa.Column("disagreement", sa.Double(), nullable=True),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("tied", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_standing_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_standing_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
        sa.UniqueConstraint("round_id", "candidacy_id", name=op.f("uq_standing_round_id_candidacy_id")),
    )
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standing_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index("ix_standing_rank", ["round_id", "rank"], unique=False)
        batch_op.create_index(batch_op.f("ix_standing_round_id"), ["round_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("nomination_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["nomination_id"], ["nomination.id"], name=op.f("fk_answer_nomination_id_nomination")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_answer_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("nomination_id", "question_id", name=op.f("uq_answer_nomination_id_question_id")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_nomination_id"), ["nomination_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_question_id"), ["question_id"], unique=False)

    op.create_table(
        "aside",
        sa.Column("nomination_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["nomination_id"], ["nomination.id"], name=op.f("fk_aside_nomination_id_nomination")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aside")),
    )
    with op.batch_alter_table("aside", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_aside_nomination_id"), ["nomination_id"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("mended", sa.JSON(), nullable=False),
        sa.Column("award_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "wrong",
                "imported",
                "repeated",
                "set aside",
                name="rowstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("noted", sa.Boolean(), nullable=False),
        sa.Column("nomination_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_import_row_award_id_award")),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_import_row_import_id_import")),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_import_row_nomination_id_nomination")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("import_id", "number", "part", name=op.f("uq_import_row_import_id_number_part")),
        sa.UniqueConstraint("nomination_id", name=op.f("uq_import_row_nomination_id")),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index("ix_import_row_digest", ["digest"], unique=False)
        batch_op.create_index("ix_import_row_state", ["import_id", "state", "number"], unique=False)
        batch_op.create_index(
            "uq_import_row_imported",
            ["digest"],
            unique=True,
            sqlite_where=sa.text("state = 'imported'"),
            postgresql_where=sa.text("state = 'imported'"),
        )

    op.create_table(
        "named",
        sa.Column("nomination_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("given_name", sa.String(length=300), nullable=False),
        sa.Column("family_name", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("role", sa.String(length=120), nullable=True),
        sa.Column("name_key", sa.String(length=600), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["nomination_id"], ["nomination.id"], name=op.f("fk_named_nomination_id_nomination")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named")),
        sa.UniqueConstraint("nomination_id", "position", name=op.f("uq_named_nomination_id_position")),
    )
    with op.batch_alter_table("named", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_named_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_named_nomination_id"), ["nomination_id"], unique=False)

    op.create_table(
        "nomination_school",
        sa.Column("nomination_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_nomination_school_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_nomination_school_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination_school")),
        sa.UniqueConstraint("nomination_id", "school_id", name=op.f("uq_nomination_school_nomination_id_school_id")),
    )
    with op.batch_alter_table("nomination_school", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nomination_school_nomination_id"), ["nomination_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_nomination_school_school_id"), ["school_id"], unique=False)

    op.create_table(
        "review",
        sa.Column("assignment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rubric_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "revised",
                "locked",
                name="reviewstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("total", sa.Double(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_review_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["rubric_id"], ["rubric.id"], name=op.f("fk_review_rubric_id_rubric")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_review_assignment_id")),
    )
    op.create_table(
        "snapshot",
        sa.Column("nomination_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("letter_key", sa.String(length=64), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_snapshot_nomination_id_nomination")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("nomination_id", "number", name=op.f("uq_snapshot_nomination_id_number")),
    )
    with op.batch_alter_table("snapshot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_snapshot_nomination_id"), ["nomination_id"], unique=False)

    op.create_table(
        "score",
        sa.Column("review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("criterion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("does_not_apply", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("NOT (does_not_apply AND level IS NOT NULL)", name=op.f("ck_score_one_or_the_other")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_score_criterion_id_criterion")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_score_review_id_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
    )
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_score_review_id"), ["review_id"], unique=False)
        batch_op.create_index(
            "uq_score_current",
            ["review_id", "criterion_id"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_score_current",
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_score_review_id"))

    op.drop_table("score")
    with op.batch_alter_table("snapshot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_snapshot_nomination_id"))

    op.drop_table("snapshot")
    op.drop_table("review")
    with op.batch_alter_table("nomination_school", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nomination_school_school_id"))
        batch_op.drop_index(batch_op.f("ix_nomination_school_nomination_id"))

    op.drop_table("nomination_school")
    with op.batch_alter_table("named", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_named_nomination_id"))
        batch_op.drop_index(batch_op.f("ix_named_name_key"))

    op.drop_table("named")
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_import_row_imported",
            sqlite_where=sa.text("state = 'imported'"),
            postgresql_where=sa.text("state = 'imported'"),
        )
        batch_op.drop_index("ix_import_row_state")
        batch_op.drop_index("ix_import_row_digest")

    op.drop_table("import_row")
    with op.batch_alter_table("aside", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_aside_nomination_id"))

    op.drop_table("aside")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_question_id"))
        batch_op.drop_index(batch_op.f("ix_answer_nomination_id"))

    op.drop_table("answer")
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standing_round_id"))
        batch_op.drop_index("ix_standing_rank")
        batch_op.drop_index(batch_op.f("ix_standing_candidacy_id"))

    op.drop_table("standing")
    with op.batch_alter_table("spoken_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spoken_name_round_id"))
        batch_op.drop_index(batch_op.f("ix_spoken_name_candidacy_id"))

    op.drop_table("spoken_name")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_round_id"))

    op.drop_table("plan")
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_part_person_id"))
        batch_op.drop_index(batch_op.f("ix_part_candidacy_id"))

    op.drop_table("part")
    op.drop_table("page_draft")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_round_id"))
        batch_op.drop_index(batch_op.f("ix_note_candidacy_id"))

    op.drop_table("note")
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nomination_stage"))
        batch_op.drop_index(batch_op.f("ix_nomination_sitting_id"))
        batch_op.drop_index(batch_op.f("ix_nomination_nominator_id"))
        batch_op.drop_index("ix_nomination_listing")
        batch_op.drop_index(batch_op.f("ix_nomination_cycle_id"))
        batch_op.drop_index(batch_op.f("ix_nomination_candidacy_id"))

    op.drop_table("nomination")
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_match_second_id"))
        batch_op.drop_index("ix_match_open")
        batch_op.drop_index(batch_op.f("ix_match_first_id"))

    op.drop_table("match")
    with op.batch_alter_table("masked", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_masked_candidacy_id"))

    op.drop_table("masked")
    with op.batch_alter_table("known_string", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_string_candidacy_id"))

    op.drop_table("known_string")
    with op.batch_alter_table("declaration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_declaration_member_id"))

    op.drop_table("declaration")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_cycle_id"))

    op.drop_table("decision")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_person_id"))
        batch_op.drop_index("ix_consent_latest")
        batch_op.drop_index(batch_op.f("ix_consent_candidacy_id"))

    op.drop_table("consent")
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflict_state"))
        batch_op.drop_index(batch_op.f("ix_conflict_person_id"))
        batch_op.drop_index(batch_op.f("ix_conflict_candidacy_id"))

    op.drop_table("conflict")
    with op.batch_alter_table("candidacy_school", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidacy_school_school_id"))
        batch_op.drop_index(batch_op.f("ix_candidacy_school_candidacy_id"))

    op.drop_table("candidacy_school")
    with op.batch_alter_table("candidacy_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidacy_person_person_id"))
        batch_op.drop_index(batch_op.f("ix_candidacy_person_candidacy_id"))

    op.drop_table("candidacy_person")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_round_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_reviewer_id"))
        batch_op.drop_index("ix_assignment_queue")
        batch_op.drop_index(batch_op.f("ix_assignment_candidacy_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sitting_session_id"))
        batch_op.drop_index(batch_op.f("ix_sitting_nominator_id"))

    op.drop_table("sitting")
    with op.batch_alter_table("sent_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sent_copy_sent_at"))
        batch_op.drop_index(batch_op.f("ix_sent_copy_message_id"))

    op.drop_table("sent_copy")
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_cycle_id"))

    op.drop_table("round")
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_release_state"))

    op.drop_table("release")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_person_id"))
        batch_op.drop_index(batch_op.f("ix_member_cycle_id"))

    op.drop_table("member")
    with op.batch_alter_table("held_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_text_session_id"))

    op.drop_table("held_text")
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_extension_person_id"))
        batch_op.drop_index(batch_op.f("ix_extension_cycle_id"))

    op.drop_table("extension")
    with op.batch_alter_table("candidacy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidacy_sort_name"))
        batch_op.drop_index("ix_candidacy_listing")

    op.drop_table("candidacy")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_person_id"))

    op.drop_table("session")
    with op.batch_alter_table("school_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_school_alias_school_id"))

    op.drop_table("school_alias")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_person_id"))

    op.drop_table("role_grant")
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.drop_index("ix_recipient_award")

    op.drop_table("recipient")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_set_id"))

    op.drop_table("question")
    with op.batch_alter_table("past_honour", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_past_honour_year"))
        batch_op.drop_index(batch_op.f("ix_past_honour_name_key"))
        batch_op.drop_index(batch_op.f("ix_past_honour_award_id"))

    op.drop_table("past_honour")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_to_id"))
        batch_op.drop_index("ix_message_due")
        batch_op.drop_index("ix_message_about")

    op.drop_table("message")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index("ix_link_subject")
        batch_op.drop_index(batch_op.f("ix_link_person_id"))

    op.drop_table("link")
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_sha256"))

    op.drop_table("import")
    with op.batch_alter_table("fund_donor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fund_donor_person_id"))
        batch_op.drop_index(batch_op.f("ix_fund_donor_fund_id"))

    op.drop_table("fund_donor")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_subject")
        batch_op.drop_index(batch_op.f("ix_event_at"))
        batch_op.drop_index(batch_op.f("ix_event_actor_id"))

    op.drop_table("event")
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cycle_stage"))
        batch_op.drop_index(batch_op.f("ix_cycle_season_id"))
        batch_op.drop_index(batch_op.f("ix_cycle_award_id"))

    op.drop_table("cycle")
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_criterion_rubric_id"))

    op.drop_table("criterion")
    with op.batch_alter_table("affiliation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_affiliation_school_id"))
        batch_op.drop_index(batch_op.f("ix_affiliation_person_id"))

    op.drop_table("affiliation")
    op.drop_table("account")
    op.drop_table("season")
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_school_name_key"))

    op.drop_table("school")
    op.drop_table("rubric")
    op.drop_table("question_set")
    op.drop_table("public_version")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_sort_name"))
        batch_op.drop_index(batch_op.f("ix_person_email_key"))
        batch_op.drop_index(batch_op.f("ix_person_email"))

    op.drop_table("person")
    op.drop_table("organisation")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_due")

    op.drop_table("job")
    op.drop_table("fund")
    op.drop_table("award")
