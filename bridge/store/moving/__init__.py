"""A whole SQLite bridge to PostgreSQL: `move`. What is read stands in `source`, where it goes in `target`, how both are
compared in `sums`."""

from bridge.store.moving.move import Move, MovedTable, Tell, move

__all__ = ["Move", "MovedTable", "Tell", "move"]
