"""What comes from Discord, read into the core's own words. Pure readers; nothing here answers."""
