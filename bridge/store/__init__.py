"""Where it is kept: tables, queries, migrations. Rows never leave this folder."""
