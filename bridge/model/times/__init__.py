"""What people type about time, and when things are due."""
