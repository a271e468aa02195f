"""Pictures of every golden card, to be looked at: `python -m tests.adapters.slack.shots`. No part of the suite."""
