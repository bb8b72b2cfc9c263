"""Tokens at rest: sealed with the newest key, opened with any of them."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from store.errors import GuidepostError


class CannotOpen(GuidepostError):  # noqa: N818
    """A token was sealed with a key that is not among ours."""


class Vault:
    """Seals and opens with keys that may be changed while tokens lie there.

    Args:
        keys: GUIDEPOST_SECRET_KEY: one key, or several separated by commas, the newest first.
    """

    def __init__(self, keys: str) -> None:
        self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])

    def seal(self, text: str) -> str:
        """The text as it may be stored."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text again.

        Raises:
            CannotOpen: no key fits; the sentence names the remedy.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise CannotOpen(
                "A stored Slack token cannot be opened with GUIDEPOST_SECRET_KEY. Add the key that sealed it "
                "after the present one, with a comma between; or have the app installed again."
            ) from error

    def reseal(self, sealed: str) -> str:
        """The same text, sealed with the newest key.

        Raises:
            CannotOpen: as `open`.
        """
        return self.seal(self.open(sealed))


def new_key() -> str:
    """A key that nobody has."""
    return Fernet.generate_key().decode()
