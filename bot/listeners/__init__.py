"""One module per Slack feature: what it listens to, and how it carries out what was stored."""
