"""Sources and what they have yielded."""
