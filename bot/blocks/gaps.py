"""What the knowledge base does not say: the list, one gap with what can be done about it, and the words when it is filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject, UserSelectElement

from bot.blocks import parts
from bot.blocks.tasks import DONE, MINE
from bot.blocks.text import brief, mrkdwn, quoted, shortened, slack_date, split_paragraphs
from store.insights.wording import arr_words
from store.redacting import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from store.insights.gaps import Gap, GapAsked

    Link = Callable[[str, str], str | None]  # (channel id, ts) -> web address

OPEN, DRAFT, EDIT, DISMISS, OWNER = "gap_open", "gap_draft", "gap_edit", "gap_dismiss", "gap_owner"
DRAFT_MODAL, DISMISS_MODAL, OWNER_MODAL = "gap_draft_modal", "gap_dismiss_modal", "gap_owner_modal"
REASON, PERSON = "reason", "person"
SHOWN, QUESTIONS_SHOWN, LINKED = 12, 8, 5
REASON_LIMIT, ANSWER_SHOWN = 300, 1500
NONE = "No gaps: whatever was asked found an answer that helped. :tada:"
NOT_YOURS = "That gap has no question of an account that you see, or it is closed."
CLOSED = "That gap is not open any more. `/cs gaps` shows those that are."
NOT_STAFF = "That is nobody of our team. Choose a colleague."
NO_REASON = "Say why, so that nobody opens it again."
_WHY = {"refused": "not found", "unhelpful": "did not help", "handed_over": "a person had to answer"}
_STATE = {
    "open": "open",
    "drafted": "a draft is with an editor",
    "published": "answered, askers are being told",
    "told": "answered, askers were told",
    "dismissed": "dismissed",
}


@dataclass(frozen=True)
class GapView:
    """One gap with what is known about it.

    Attributes:
        gap: as its reader may see it.
        owner: a name, may be empty.
        solved: links to the threads where a person solved it, each with who that was.
        draft: what an article may say; None: nobody asked for one yet.
        written: whether a chat model put the draft into words.
        note: what has just happened.
    """

    gap: Gap
    owner: str = ""
    solved: tuple[tuple[str, str | None], ...] = ()
    draft: str | None = None
    written: bool = False
    note: str = ""


def list_speech(label: str, found: Sequence[Gap], owners: Mapping[str, str], filled: int) -> Speech:
    """The gaps, those that touch most first: a line and one button each.

    Args:
        label: whose questions.
        found: the open ones.
        owners: e-mail -> name.
        filled: how many have been answered so far.
    """
    tail = f" {filled} answered so far." if filled else ""
    if not found:
        return parts.speech(NONE + tail, [parts.section(NONE + tail)])
    head = f"*Not in the knowledge base: {brief(label)}*  {_count(len(found), 'gap')}.{tail}"
    blocks: list[Block] = [parts.section(head)]
    for gap in found[:SHOWN]:
        owner = owners.get(gap.owner_email or "", gap.owner_email or "nobody's")
        line = f"“{_said(gap.title, 150)}”\n{touched(gap)} · {brief(owner)}" + (
            "" if gap.state == "open" else f" · _{_STATE[gap.state]}_"
        )
        blocks.append(parts.section(line, accessory=parts.button("Open", OPEN, gap.id)))
    if len(found) > SHOWN:
        blocks.append(parts.context(f"… and {len(found) - SHOWN} more that touch less"))
    lines = "\n".join(f"• {_said(gap.title, 120)}: {touched(gap)}" for gap in found[:SHOWN])
    return parts.speech(f"{head}\n{lines}", blocks)


def touched(gap: Gap) -> str:
    """`3 accounts, $120,000 ARR, 5 questions`."""
    said = [_count(len(gap.accounts), "account")] if gap.accounts else []
    said += [arr_words(minor, currency) for minor, currency in gap.arr]
    again = f", asked again after it was answered ({gap.reopened}x)" if gap.reopened else ""
    return ", ".join([*said, _count(len(gap.asked), "question")]) + again


def gap_speech(view: GapView, link: Link) -> Speech:
    """One gap: what was asked, word for word, who owns it, where it was solved, and what to do next."""
    gap = view.gap
    head = f"*“{_said(gap.title, 250)}”*\n{touched(gap)} · {_STATE[gap.state]} · owner: {brief(view.owner or 'nobody')}"
    if gap.reason:
        head += f"\nDismissed: {brief(gap.reason, REASON_LIMIT)}"
    asked = "\n".join(
        _question(one, link if n < LINKED else None) for n, one in enumerate(gap.asked[:QUESTIONS_SHOWN])
    )
    more = len(gap.asked) - QUESTIONS_SHOWN
    blocks: list[Block] = [
        parts.section(head),
        parts.section(f"*Asked*\n{asked}" + (f"\n… and {more} more" if more > 0 else "")),
        parts.section(_solved(view)),
    ]
    if view.draft:
        by = (
            "Written from these threads, every sentence checked against them"
            if view.written
            else "In their own words"
        )
        blocks.append(parts.section(f"*Draft*\n{quoted(mrkdwn(shortened(view.draft, ANSWER_SHOWN)))}"))
        blocks.append(parts.context(f"{by}. Nothing is answered with it before an editor has read it."))
    if gap.state == "open":
        blocks.append(_buttons(view))
    if view.note:
        blocks.append(parts.context(brief(view.note, 300)))
    return parts.speech(head, blocks)


def _buttons(view: GapView) -> Block:
    first = (
        parts.button("Draft article", DRAFT, view.gap.id, style="primary")
        if view.draft is None
        else parts.button("Edit and propose", EDIT, view.gap.id, style="primary")
    )
    return parts.actions(
        first,
        parts.button("Give to…", OWNER, view.gap.id),
        parts.button("Dismiss…", DISMISS, view.gap.id),
    )


def _solved(view: GapView) -> str:
    if not view.solved:
        return "*Solved by a person*\nNowhere yet: write the answer yourself, or ask who knows."
    lines = [
        f"• <{url}|{brief(who)} answered>" if url else f"• {brief(who)} answered" for who, url in view.solved
    ]
    return "*Solved by a person*\n" + "\n".join(lines[:LINKED])


def _question(one: GapAsked, link: Link | None) -> str:
    url = link(one.channel_id, one.ts) if link and ":" not in one.ts else None
    text = f"“{_said(one.text, 240)}”"
    about = [brief(one.account or "no account"), _WHY.get(one.why, one.why), slack_date(one.asked_at)]
    return f"• {f'<{url}|{text}>' if url else text} · {' · '.join(about)}"


def dismiss_modal(context: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Why nobody will answer it."""
    reason = InputBlock(
        block_id=REASON,
        label=PlainTextObject(text="Why do we not answer this?"),
        hint=PlainTextObject(text="It stays closed, also when it is asked again."),
        element=PlainTextInputElement(action_id=REASON, max_length=REASON_LIMIT),
    )
    return parts.form(
        DISMISS_MODAL, "Dismiss a gap", "Dismiss", context, [parts.section(f"“{_said(title, 200)}”"), reason]
    )


def owner_modal(context: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Who sees to it."""
    person = InputBlock(
        block_id=PERSON,
        label=PlainTextObject(text="Who sees to it"),
        element=UserSelectElement(action_id=PERSON),
    )
    return parts.form(
        OWNER_MODAL, "Give a gap", "Give", context, [parts.section(f"“{_said(title, 200)}”"), person]
    )


def given_speech(gap: Gap, by: str) -> Speech:
    """To whom it was given."""
    text = f"*{brief(by)}* gave you a gap in the knowledge base: “{_said(gap.title, 200)}” ({touched(gap)})."
    return parts.speech(text, [parts.section(text, accessory=parts.button("Open", OPEN, gap.id))])


def told_speech(
    asked: str, asked_at: datetime, answer: str, approved: tuple[str, datetime], *, whom: str | None
) -> Speech:
    """To an asker: there is an answer now.

    Args:
        asked: the question, word for word.
        asked_at: when.
        answer: as it was approved, Markdown.
        approved: by whom and when.
        whom: who is addressed, where others read along.
    """
    name, at = approved
    head = f"{f'<@{whom}> ' if whom else ''}You asked {slack_date(asked_at)}: “{brief(asked, 300)}” I can answer that now:"
    words = mrkdwn(answer)
    foot = f"Approved by {brief(name)} {slack_date(at)}. Ask me again here if something is missing."
    blocks = [
        parts.section(head),
        *(parts.section(piece) for piece in split_paragraphs(words)),
        parts.context(foot),
    ]
    return parts.speech(f"{head}\n{words}", blocks)


def shipped_speech(said: str, said_at: datetime, words: str) -> Speech:
    """To somebody who had asked for something that is there now."""
    head = f"You told us {slack_date(said_at)}: “{brief(said, 300)}” That is there now:"
    blocks = [parts.section(head), parts.section(mrkdwn(words)), parts.context("Thank you for saying so.")]
    return parts.speech(f"{head}\n{mrkdwn(words)}", blocks)


def step_speech(task_id: str, question: str, accounts: int, overlay: str) -> Speech:
    """To a manager: a step that the onboarding playbook may want; nothing changes by itself."""
    head = (
        f"*{_count(accounts, 'account')} asked this while they were being onboarded:* “{brief(question, 200)}”\n"
        "A step of the onboarding playbook could say it before they ask. Take it over, change it, or leave it:"
    )
    code = f"```{shortened(overlay.replace('`', chr(39)), 2500)}```"
    foot = "`guidepost playbooks check FILE` checks it, `/cs play publish` puts it into service. Nothing changes by itself."
    button = parts.actions(parts.button("Done", f"{DONE}_{MINE}", task_id))
    return parts.speech(head, [parts.section(head), parts.section(code), parts.context(foot), button])


def _said(text: str, limit: int) -> str:
    """Somebody's words, word for word, without who they are."""
    return brief(redacted(text), limit)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
