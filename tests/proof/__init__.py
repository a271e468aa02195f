"""What Bridge promises, tried out on real processes, real sockets and real databases, with a figure for each."""
