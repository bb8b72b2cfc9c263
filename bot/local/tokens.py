"""What the app proves itself with: made once for each folder, so that a bot outside this process can be given it."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "tokens.json"


def _bot_token() -> str:
    return f"xoxb-local-{secrets.token_hex(16)}"


@dataclass
class Tokens:
    """The app's tokens and secrets in this workspace; `tokens.json` keeps them.

    `void` has the bot tokens that count no more, each with what Slack answers to it.
    """

    bot_token: str = field(default_factory=_bot_token)
    app_token: str = field(default_factory=lambda: f"xapp-1-local-{secrets.token_hex(16)}")
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    client_id: str = field(
        default_factory=lambda: f"{secrets.randbelow(10**12):012d}.{secrets.randbelow(10**12):012d}"
    )
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    void: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Tokens:
        """Those of a folder; a new folder gets new ones, an older one what it lacks."""
        path = folder / _FILE
        known = json.loads(path.read_text()) if path.exists() else {}
        tokens = cls(**known)
        if asdict(tokens) != known:
            tokens.keep(folder)
        return tokens

    @property
    def is_installed(self) -> bool:
        """Whether the bot token counts."""
        return self.bot_token not in self.void

    def install(self, folder: Path) -> str:
        """The bot token; a new one if the old one is void."""
        if not self.is_installed:
            self.bot_token = _bot_token()
            self.keep(folder)
        return self.bot_token

    def revoke(self, folder: Path, why: str) -> None:
        """The bot token is void from now on; `why` is Slack's code for that."""
        self.void[self.bot_token] = why
        self.keep(folder)

    def keep(self, folder: Path) -> None:
        """Write them, for nobody else to read."""
        draft = folder / f"{_FILE}.new"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(self)))
        os.replace(draft, folder / _FILE)  # noqa: PTH105 - the atomic one, by its known name
