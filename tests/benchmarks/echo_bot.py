"""A bare Bolt app that only echoes: the yardstick of bench_slack.py."""

from __future__ import annotations

import os
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

app = App(client=WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]))


@app.event("app_mention")
def echo(event: dict[str, Any], say: Any) -> None:
    """Say it back."""
    say(text=event["text"].replace("@", ""), thread_ts=event["ts"])


@app.event("message")
def pass_over() -> None:
    """Not meant for us."""


if __name__ == "__main__":
    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()
