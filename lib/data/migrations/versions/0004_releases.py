"""What is kept of protected tables that left the bureau"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column(
        'release', sa.Text(), server_default='', nullable=False, comment='对外提供的表：条件和隐藏的组，供以后的表一并复核'
    )
    with op.batch_alter_table('extract_record', schema=None) as batch_op:
        batch_op.add_column(column)


def downgrade() -> None:
    with op.batch_alter_table('extract_record', schema=None) as batch_op:
        batch_op.drop_column('release')
