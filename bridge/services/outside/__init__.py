"""What is outside comes in: sources found, looked at and looked after."""
