"""How the local workspace refuses."""

from __future__ import annotations

from typing import Any

from store.errors import GuidepostError


class LocalWorkspaceError(GuidepostError):
    """Base of the local workspace's errors; its sentence is fit for the person at the page."""


class ApiError(LocalWorkspaceError):
    """A Web API call refused with Slack's own code; `extra` joins the answer's fields."""

    def __init__(self, code: str, messages: list[str] | None = None, **extra: Any) -> None:
        super().__init__(f"The local workspace refused the call: {code}. {' '.join(messages or ())}".strip())
        self.code = code
        self.extra = extra
        if messages:
            self.extra["errors"] = messages
            self.extra["response_metadata"] = {"messages": [f"[ERROR] {one}" for one in messages]}


class PageError(LocalWorkspaceError):
    """A call of the browser page that cannot be done; `status` is HTTP's."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


class NotDelivered(LocalWorkspaceError):  # noqa: N818 - reads as a sentence
    """Something for the bot was not acknowledged.

    `reason` is Slack's word for it (timeout, http_error, ...); `lost` says that the connection broke
    before an answer could come; `final` that the bot asked for no retry.
    """

    def __init__(self, reason: str, *, lost: bool = False, final: bool = False) -> None:
        super().__init__(f"The app did not answer ({reason}).")
        self.reason = reason
        self.lost = lost
        self.final = final
