"""Who and where: people, workspaces, places, whom they follow and when they want digests."""
