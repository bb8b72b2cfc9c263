"""Files in Slack that are opened elsewhere: a page, a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.slack.messenger import SLACK_FAILED, refusal_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk import WebClient


@dataclass(frozen=True)
class File:
    """A file: its text, its name, a title."""

    content: str
    filename: str
    title: str


def upload_files(client: WebClient, channel: str, files: Sequence[File], comment: str) -> None:
    """Put files into a channel, in one message.

    Raises:
        TryLater, Unreachable: see `bot.slack.messenger`.
    """
    uploads = [
        {"content": file.content.encode(), "filename": file.filename, "title": file.title} for file in files
    ]
    try:
        client.files_upload_v2(channel=channel, file_uploads=uploads, initial_comment=comment)
    except SLACK_FAILED as error:
        raise refusal_of(error) from error
