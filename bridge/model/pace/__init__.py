"""How fast a platform may be asked. Pure: times are values, and nobody here waits.

`told`: what an answer says of limits. `places`: when the next request to a place may go out. `shared`: what all places
of a workspace, or of a bot, share. `rising`: the same where nobody tells how much that is.
"""
