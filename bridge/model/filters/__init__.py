"""What a follow lets through and what a tracked phrase finds."""
