"""Whether a screen reader has words for everything: text for every message, alternative text for every picture."""

from __future__ import annotations


def silent_parts(value, path=""):
    """Where something has no words: the paths of pictures without `alt_text` and of messages without text."""
    found = []
    if isinstance(value, dict):
        if _is_picture(value) and not str(value.get("alt_text") or "").strip():
            found.append(f"{path}: a picture without alt_text")
        if value.get("type") == "feedback_buttons":
            found += [
                f"{path}.{side}: no accessibility_label"
                for side in ("positive_button", "negative_button")
                if not (value.get(side) or {}).get("accessibility_label")
            ]
        if value.get("type") == "input" and not (value.get("label") or {}).get("text"):
            found.append(f"{path}: an input without a label")
        for name, inner in value.items():
            found += silent_parts(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            found += silent_parts(inner, f"{path}[{n}]")
    return found


def silent_messages(messages):
    """What a screen reader has no words for in messages of the bot."""
    found = []
    for message in messages:
        if not str(message.get("text") or "").strip() and not message.get("files"):
            found.append(f"{message.get('ts')}: no text beside the blocks {message.get('blocks')}")
        found += silent_parts(message.get("blocks") or [], str(message.get("ts")))
    return found


def _is_picture(value):
    return value.get("type") == "image" and ("image_url" in value or "slack_file" in value)
