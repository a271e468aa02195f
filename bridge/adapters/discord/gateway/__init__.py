"""How events come in: one connection to the gateway, leased, watched and renewed."""
