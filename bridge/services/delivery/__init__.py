"""From what is kept to what stands in places: the courier, cards, digests, notices."""
