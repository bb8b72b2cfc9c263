"""Modals and the Home tab: triggers that open them, the stack of each person, updates."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.local import limits, payloads
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.local.directory import Directory
    from bot.local.payloads import Payload

TRIGGER_SECONDS = 3.0
STACK = 3  # views on top of each other


@dataclass
class _Trigger:
    user: str
    until: datetime
    used: bool = False


@dataclass
class Views:
    """Open modals. They end with the process, as a closed laptop ends them in Slack.

    `now` tells the time that triggers expire by: real time, which moving the workspace's clock does not touch.
    """

    now: Callable[[], datetime]
    trigger_seconds: float = TRIGGER_SECONDS
    _triggers: dict[str, _Trigger] = field(default_factory=dict)
    _stacks: dict[str, list[Payload]] = field(default_factory=dict)
    _serial: int = 0

    def trigger(self, user: str) -> str:
        """A new trigger_id for something this person just did."""
        self._serial += 1
        trigger_id = f"{self._serial}.{abs(hash(user)) % 10**10}.{payloads.new_id('', 20).lower()}"
        self._triggers[trigger_id] = _Trigger(user, self.now() + timedelta(seconds=self.trigger_seconds))
        return trigger_id

    def exchange(self, trigger_id: str) -> str:
        """The person behind a trigger, once and in time.

        Raises:
            ApiError: `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if self.now() >= trigger.until:
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def stack(self, user: str) -> list[Payload]:
        """The person's open modals, the lowest first."""
        return self._stacks.setdefault(user, [])

    def push(self, user: str, view: Payload) -> Payload:
        """Put a modal on top.

        Raises:
            ApiError: `push_limit_reached`.
        """
        stack = self.stack(user)
        if len(stack) >= STACK:
            raise ApiError("push_limit_reached")
        below = stack[-1] if stack else None
        view["previous_view_id"] = below["id"] if below else None
        view["root_view_id"] = stack[0]["id"] if stack else view["id"]
        stack.append(view)
        return view

    def open(self, user: str, view: Payload) -> Payload:
        """Open a modal as the only one."""
        self.clear(user)
        return self.push(user, view)

    def pop(self, user: str, view_id: str) -> Payload | None:
        """Close a modal and those above it; the one below, if any."""
        stack = self.stack(user)
        at = next((index for index, one in enumerate(stack) if one["id"] == view_id), len(stack))
        del stack[at:]
        return stack[-1] if stack else None

    def clear(self, user: str) -> None:
        """Close all of them."""
        self._stacks.pop(user, None)

    def find(self, view_id: str = "", external_id: str = "") -> tuple[str, Payload] | None:
        """An open modal and whose it is."""
        for user, stack in self._stacks.items():
            for view in stack:
                if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                    return user, view
        return None

    def replace(self, user: str, view: Payload) -> None:
        """Put a changed modal in the place of the one with its id."""
        self._stacks[user] = [view if one["id"] == view["id"] else one for one in self.stack(user)]


def checked(view: object, kind: str) -> Payload:
    """The view, if Slack would take it.

    Raises:
        ApiError: `invalid_arguments` with the places of what is wrong, or `view_too_large`.
    """
    problems = limits.view_problems(view)
    if problems:
        raise ApiError("invalid_arguments", problems)
    if not isinstance(view, dict) or view["type"] != kind:
        raise ApiError("invalid_arguments", [f"must be a view of type {kind} [json-pointer:/view/type]"])
    if limits.view_too_large(view):
        raise ApiError("view_too_large")
    return view


def completed(directory: Directory, view: Payload, view_id: str | None = None) -> Payload:
    """The view as Slack stores it: with an id, a hash, a state and all fields."""
    return {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "title": None,
        "close": None,
        "submit": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "submit_disabled": False,
        "previous_view_id": None,
        **view,
        **{name: _labelled(view[name]) for name in ("title", "close", "submit") if view.get(name)},
        "id": view_id or payloads.new_id("V"),
        "team_id": directory.team_id,
        "blocks": payloads.with_block_ids(view["blocks"]),
        "state": {"values": {}},
        "hash": f"{time.monotonic_ns()}.{payloads.new_id('', 8).lower()}",
        "root_view_id": view_id or "",
        "app_id": directory.app.app_id,
        "app_installed_team_id": directory.team_id,
        "bot_id": directory.app.bot_id,
    }


def _labelled(text: Payload) -> Payload:
    return {"emoji": True, **text}
