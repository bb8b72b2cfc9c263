"""views.*: modals and the Home tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.local import views
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.call import Call
    from bot.local.payloads import Payload


def open_view(call: Call) -> Payload:
    """views.open."""
    return _opened(call, on_top=False)


def push_view(call: Call) -> Payload:
    """views.push."""
    return _opened(call, on_top=True)


def update_view(call: Call) -> Payload:
    """views.update: a modal that is open, or a Home tab."""
    found = call.ws.views.find(call.text("view_id"), call.text("external_id"))
    home = None if found else _home(call)
    if found is None and home is None:
        raise ApiError("not_found")
    user, before = found or home or ("", {})
    if call.text("hash") and call.text("hash") != before["hash"]:
        raise ApiError("hash_conflict")
    view = views.checked(call.structure("view"), before["type"])
    return {"view": replace(call, user, before, view)}


def replace(call: Call, user: str, before: Payload, view: Payload) -> Payload:
    """Put a checked view in the place of an open one and show it."""
    after = views.completed(call.ws.directory, view, before["id"])
    after |= {"root_view_id": before["root_view_id"], "previous_view_id": before["previous_view_id"]}
    if before["type"] == "home":
        call.ws.records.put("home", user, after)
        call.ws.hub.push([user], "home", view=after)
    else:
        call.ws.views.replace(user, after)
        call.ws.hub.push([user], "view_update", view=after)
    return after


def publish_view(call: Call) -> Payload:
    """views.publish."""
    user = call.user("user_id")
    if user.is_bot:
        raise ApiError("user_not_found")
    before = call.ws.records.get("home", user.id)
    if call.text("hash") and before and call.text("hash") != before["hash"]:
        raise ApiError("hash_conflict")
    view = views.checked(call.structure("view"), "home")
    after = views.completed(call.ws.directory, view, before["id"] if before else None)
    after["root_view_id"] = after["id"]
    call.ws.records.put("home", user.id, after)
    call.ws.hub.push([user.id], "home", view=after)
    return {"view": after}


def _opened(call: Call, *, on_top: bool) -> Payload:
    if not call.text("trigger_id"):
        raise ApiError("invalid_trigger_id")
    view = views.checked(call.structure("view"), "modal")
    if view.get("external_id") and call.ws.views.find(external_id=view["external_id"]):
        raise ApiError("duplicate_external_id")
    user = call.ws.views.exchange(call.text("trigger_id"))
    stored = views.completed(call.ws.directory, view)
    shown = (call.ws.views.push if on_top else call.ws.views.open)(user, stored)
    call.ws.hub.push([user], "view_open", view=shown)
    return {"view": shown}


def _home(call: Call) -> tuple[str, Payload] | None:
    wanted = call.text("view_id")
    return next(
        ((user, view) for user, view in call.ws.records.all("home").items() if view["id"] == wanted), None
    )


METHODS = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
    "views.publish": publish_view,
}
