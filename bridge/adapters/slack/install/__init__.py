"""How Bridge gets into a workspace: tokens, scopes, the manifest, the setup on a terminal, what `bridge check` says."""
