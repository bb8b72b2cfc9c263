"""Answers that people stand for: approved on the command line or in Slack, taken in like any source."""
