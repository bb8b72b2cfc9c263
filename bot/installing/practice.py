"""A local workspace by itself, on which installing by OAuth can be practised: the app runs elsewhere, as with Slack."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.local.server import LocalWorkspace

_KEY = "GUIDEPOST_SECRET_KEY"


@contextmanager
def practice(folder: Path, port: int, events_url: str) -> Iterator[tuple[LocalWorkspace, Path]]:
    """The workspace, and the file with the variables by which the app finds it, until the block ends.

    Args:
        folder: where both lie; the same folder is the same workspace again.
        port: the workspace's.
        events_url: where the app will listen.
    """
    from bot.local import sample  # noqa: PLC0415 - only who practises needs a workspace
    from bot.local.clock import LocalClock  # noqa: PLC0415
    from bot.local.server import LocalWorkspace  # noqa: PLC0415
    from bot.start import app_config  # noqa: PLC0415
    from store.clock import SystemClock  # noqa: PLC0415

    workspace = LocalWorkspace(
        folder,
        LocalClock(folder, SystemClock()),
        directory=sample.directory(),
        port=port,
        config=app_config(),
        events_url=events_url,
    )
    with workspace:
        yield workspace, _variables(folder, workspace)


def _variables(folder: Path, workspace: LocalWorkspace) -> Path:
    """Write them for nobody else to read; the key stays, as tokens are sealed with it."""
    from bot.slack.vault import new_key  # noqa: PLC0415

    path = folder / "practice.env"
    path.touch(mode=0o600)
    before = dict(line.partition("=")[::2] for line in path.read_text().splitlines())
    client_id, client_secret = workspace.client
    values = {
        "GUIDEPOST_SLACK_MODE": "http",
        "SLACK_API_URL": workspace.api_url,
        "SLACK_CLIENT_ID": client_id,
        "SLACK_CLIENT_SECRET": client_secret,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        _KEY: before.get(_KEY) or new_key(),
    }
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    os.replace(draft, path)  # noqa: PTH105 - the atomic one, by its known name
    return path
