"""More kinds of questions, conditions, limits in characters, files as answers, and words put right.

Why: staff build question sets in the browser, with every kind of answer; what was answered keeps the words that it answered.
Both ways: a downgrade turns the new kinds into one line, asks every question, and forgets how words read before and which file
was an answer.

Revision: 0027
After: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "'line', 'text', 'choice', 'choices', 'yes_no'"
AFTER = f"{BEFORE}, 'number', 'date', 'school', 'link', 'file', 'consent'"


def _kinds(words: str) -> None:
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_question_questionkind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_question_questionkind"), sa.text(f"kind IN ({words})"))


def upgrade() -> None:
    op.create_table(
        "earlier_words",
        sa.Column("question_id", NUMBER, nullable=False),
        sa.Column("label", sa.JSON(), nullable=False),
        sa.Column("short", sa.JSON(), nullable=False),
        sa.Column("hint", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", NUMBER, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_earlier_words_by_id_person")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_earlier_words_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_words")),
        sa.UniqueConstraint("question_id", "until", name=op.f("uq_earlier_words_question_id_until")),
    )
    with op.batch_alter_table("earlier_words", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_earlier_words_question_id"), ["question_id"], unique=False)
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("character_limit", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("shown_if", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("shown_values", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("reworded_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE question SET shown_values = '[]'")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.alter_column("shown_values", existing_type=sa.JSON(), nullable=False)
        batch_op.create_check_constraint(
            op.f("ck_question_one_limit"), sa.text("word_limit IS NULL OR character_limit IS NULL")
        )
    _kinds(AFTER)
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("file_id", NUMBER, nullable=True))
        batch_op.create_foreign_key(op.f("fk_answer_file_id_file"), "file", ["file_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_answer_file_id_file"), type_="foreignkey")
        batch_op.drop_column("file_id")
    op.execute("UPDATE question SET kind = 'yes_no' WHERE kind = 'consent'")
    op.execute(f"UPDATE question SET kind = 'line' WHERE kind NOT IN ({BEFORE})")  # noqa: S608 - words of this file
    _kinds(BEFORE)
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_question_one_limit"), type_="check")
        batch_op.drop_column("reworded_at")
        batch_op.drop_column("shown_values")
        batch_op.drop_column("shown_if")
        batch_op.drop_column("character_limit")
    with op.batch_alter_table("earlier_words", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_earlier_words_question_id"))
    op.drop_table("earlier_words")
