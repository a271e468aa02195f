"""Discord's REST API, and what is done through it: messages, files, the pace of it all."""
