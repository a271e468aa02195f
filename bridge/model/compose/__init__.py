"""What people read, composed from the model: updates, digests, receipts, people, help. Pure; no platform is known."""
