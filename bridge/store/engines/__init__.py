"""The databases themselves: threads, connections, commits, and words between processes."""
