"""Slack's Web API, and what is done through it: messages, files."""
