"""Full-text indexes: words of posts, names of accounts. Words come folded from the program, so both engines agree."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE search_post USING fts5(words, tokenize = 'ascii')")
        op.execute("CREATE VIRTUAL TABLE search_account USING fts5(words, tokenize = 'ascii', prefix = '2 3')")
        return
    for name in ("search_post", "search_account"):
        op.execute(f"CREATE TABLE {name} (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute(f"CREATE INDEX ix_{name}_words ON {name} USING gin (words)")


def downgrade() -> None:
    op.execute("DROP TABLE search_post")
    op.execute("DROP TABLE search_account")
