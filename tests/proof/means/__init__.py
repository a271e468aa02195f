"""What the proofs are made of: processes, places, traffic, and the judge of what became of it."""
