"""api.test, auth.test, bots.info, team.info, users.*: who is who."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.local import payloads
from bot.local.call import page_of
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.call import Call
    from bot.local.directory import User
    from bot.local.payloads import Payload


def api_test(call: Call) -> Payload:
    """api.test: says back what it was sent."""
    if call.text("error"):
        raise ApiError(call.text("error"), args=call.args)
    return {"args": call.args}


def auth_test(call: Call) -> Payload:
    """auth.test."""
    directory = call.ws.directory
    return {
        "url": f"{call.ws.base_url}/",
        "team": directory.team_name,
        "user": directory.app.name.lower(),
        "team_id": directory.team_id,
        "user_id": directory.app.user_id,
        "bot_id": directory.app.bot_id,
        "app_id": directory.app.app_id,
        "app_name": directory.app.name,
        "enterprise_id": None,
        "is_enterprise_install": False,
    }


def bots_info(call: Call) -> Payload:
    """bots.info."""
    if call.text("bot") not in {"", call.ws.directory.app.bot_id}:
        raise ApiError("bot_not_found")
    profile = payloads.bot_profile(call.ws.directory)
    return {"bot": {key: value for key, value in profile.items() if key != "team_id"}}


def team_info(call: Call) -> Payload:
    """team.info."""
    directory = call.ws.directory
    team = {
        "id": directory.team_id,
        "name": directory.team_name,
        "domain": payloads.domain(directory),
        "email_domain": "",
        "url": f"{call.ws.base_url}/",
        "icon": {"image_default": True},
    }
    return {"team": team}


def users_info(call: Call) -> Payload:
    """users.info."""
    return {"user": _shown(call, call.user())}


def users_list(call: Call) -> Payload:
    """users.list."""
    directory = call.ws.directory
    bot = directory.user(directory.app.user_id)
    everybody = [*directory.users, *([bot] if bot else [])]
    shown, metadata = page_of([_shown(call, one) for one in everybody], call)
    return {"members": shown, "cache_ts": int(call.ws.clock.now().timestamp()), "response_metadata": metadata}


def lookup_by_email(call: Call) -> Payload:
    """users.lookupByEmail."""
    email = call.required("email").lower()
    user = next((one for one in call.ws.directory.users if one.email.lower() == email), None)
    if user is None:
        raise ApiError("users_not_found")
    return {"user": _shown(call, user)}


def _shown(call: Call, user: User) -> Payload:
    shown = payloads.user_object(call.ws.directory, user, call.ws.clock.now())
    if not call.flag("include_locale"):
        del shown["locale"]
    if call.ws.config.scopes is not None and "users:read.email" not in call.ws.config.scopes:
        shown["profile"].pop("email", None)
    return shown


METHODS = {
    "api.test": api_test,
    "auth.test": auth_test,
    "bots.info": bots_info,
    "team.info": team_info,
    "users.info": users_info,
    "users.list": users_list,
    "users.lookupByEmail": lookup_by_email,
}
