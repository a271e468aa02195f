"""Bridge: team microblogging inside the chat a team already uses."""
