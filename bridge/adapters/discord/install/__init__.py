"""How Bridge gets into a server: the token, the invite link, native commands, the setup, what `bridge check` says."""
