"""The only code that knows Slack's payloads and Web API shapes."""
