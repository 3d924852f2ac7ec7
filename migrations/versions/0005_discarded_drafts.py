"""Let a draft that was never sent be discarded.

Why: whoever changes their mind can throw away what they typed; that there was a draft stays on the record.
Both ways: a downgrade gives discarded drafts back as empty drafts.

Revision: 0005
After: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = ("draft", "submitted", "revising", "returned", "late", "refused", "withdrawn", "void")
AFTER = (*BEFORE, "discarded")


def _stages(words: tuple[str, ...]) -> None:
    """Let a nomination stand at one of these. SQLite builds the table anew, and forgets checks that it is not told of."""
    connection, name = op.get_bind(), "ck_nomination_stage"
    sqlite = connection.dialect.name == "sqlite"
    others = [check for check in sa.inspect(connection).get_check_constraints("nomination") if check["name"] != name]
    kept = [sa.CheckConstraint(sa.text(check["sqltext"]), name=op.f(check["name"])) for check in others if sqlite]
    with op.batch_alter_table("nomination", table_args=kept, recreate="always" if sqlite else "never") as batch_op:
        if not sqlite:
            batch_op.drop_constraint(op.f(name), type_="check")
        said = ", ".join(f"'{word}'" for word in words)
        batch_op.create_check_constraint(op.f(name), sa.text(f"stage IN ({said})"))


def upgrade() -> None:
    _stages(AFTER)


def downgrade() -> None:
    op.execute("UPDATE nomination SET stage = 'draft' WHERE stage = 'discarded'")
    _stages(BEFORE)
