"""The first schema."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The tables come with the queries that use them."""
