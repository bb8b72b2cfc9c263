"""Everything Slack, and everything that starts."""
