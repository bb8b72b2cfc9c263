"""What CSMs see of an account, beside Slack."""
