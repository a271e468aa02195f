"""What is known of a workspace: its people, its channels and who is in them."""
