"""What is known of servers, their channels and their people."""
