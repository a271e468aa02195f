"""What people do: payloads read in our words, and what is answered."""
