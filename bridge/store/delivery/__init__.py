"""What is to go out and what stands: the outbox, and the queries of the courier and of digests."""
