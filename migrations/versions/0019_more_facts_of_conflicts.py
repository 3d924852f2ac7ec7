"""Suggest conflicts from more facts, and plan readings by language and by what readers know well.

Why: a supervisor, family, a shared household and a past honor together are facts that the portal holds; and what members read and know
well decides what they can read. Both ways: a downgrade loses such conflicts, and what members said of languages, knowledge and family.

Revision: 0019
After: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BEFORE = (
    "is the nominee",
    "nominated in this cycle",
    "works at the same school",
    "shares the family name",
    "gave to the fund",
    "declared it",
    "recused while reading",
    "may have nominated this person",
    "wrote a letter",
)
NEW = ("is their supervisor", "named as family", "shares a household or an address", "was honored together with them")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _kinds(words: tuple[str, ...]) -> None:
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_conflict_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_conflict_kind"), sa.text(_one_of("kind", words)))


def upgrade() -> None:
    _kinds((*BEFORE, *NEW))
    for name in ("languages", "expertise", "family"):
        op.add_column("member", sa.Column(name, sa.JSON(), nullable=True))
    op.add_column("candidacy", sa.Column("expertise", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("candidacy", "expertise")
    for name in ("family", "expertise", "languages"):
        op.drop_column("member", name)
    op.execute(f"DELETE FROM conflict WHERE {_one_of('kind', NEW)}")  # noqa: S608 - words of this file alone
    _kinds(BEFORE)
