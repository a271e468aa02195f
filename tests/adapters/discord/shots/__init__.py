"""Pictures of every golden card, to be looked at: `python -m tests.adapters.discord.shots FOLDER`. Not of the suite."""
