"""What people see: cards and forms as Slack's blocks, words as its markup. Pure."""
