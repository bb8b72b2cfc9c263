"""Pictures in Slack: uploaded as files, with words for whoever does not see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.slack.messenger import SLACK_FAILED, refusal_of

if TYPE_CHECKING:
    from slack_sdk import WebClient

ALT_AT_MOST = 1000  # characters that Slack keeps of the words for a picture


@dataclass(frozen=True)
class Picture:
    """A picture: PNG, its file's name, a title, and what it shows in words."""

    content: bytes
    filename: str
    title: str
    alt: str


def upload(client: WebClient, channel: str, picture: Picture, comment: str) -> None:
    """Put a picture into a channel.

    Raises:
        TryLater, Unreachable: see `bot.slack.messenger`.
    """
    try:
        client.files_upload_v2(
            channel=channel,
            content=picture.content,
            filename=picture.filename,
            title=picture.title,
            alt_txt=picture.alt[:ALT_AT_MOST],
            initial_comment=comment,
        )
    except SLACK_FAILED as error:
        raise refusal_of(error) from error
