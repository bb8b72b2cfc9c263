"""Why Slack does not let us in, as a sentence that names the remedy."""

from __future__ import annotations

from bot.slack.messenger import TryLater, code_of, refusal_of

INSTALLED = "an installed token"
WHERE = {
    "SLACK_BOT_TOKEN": "it begins with xoxb-; Slack shows it under 'OAuth & Permissions'",
    "SLACK_APP_TOKEN": "it begins with xapp-; Slack shows it under 'Basic Information', 'App-Level Tokens'",
    INSTALLED: "it begins with xoxb-; it came with the installation, and /slack/install gives another",
}
_REFUSED = {"invalid_auth", "not_authed", "not_allowed_token_type"}
_GONE = {"account_inactive", "token_revoked", "token_expired"}


def why_not_in(error: Exception, variable: str) -> str:
    """What a refusal at the start means.

    Args:
        error: what the Web API client raised.
        variable: the setting whose token was used, a key of WHERE.
    """
    code = code_of(error)
    if code in _GONE:
        return (
            f"Slack answered {code} to {variable}: the app was taken out of the workspace, or this token "
            f"was replaced. Install the app again and copy its token ({WHERE[variable]})."
        )
    if code == "missing_scope":
        return (
            f"Slack answered missing_scope to {variable}. The app token needs connections:write; the bot "
            "token's scopes are in the manifest, and the app must be installed again after a change of them."
        )
    if isinstance(refusal := refusal_of(error), TryLater) and code not in _REFUSED:
        return (
            f"Slack cannot be reached now ({code}). Try again in {refusal.seconds:.0f} s; if it stays so, "
            "check the network and SLACK_API_URL."
        )
    return f"Slack answered {code} to {variable}. Check it ({WHERE[variable]})."
