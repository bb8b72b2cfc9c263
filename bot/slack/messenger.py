"""Says things in Slack, and turns Slack's refusals into three kinds: later, differently, never."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError

from bot.slack.pacing import Limits, retry_after, thinned
from store.errors import GuidepostError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slack_sdk import WebClient

log = logging.getLogger(__name__)

EVENT_TYPE = "guidepost_message"
PACE_SECONDS = 0.12  # between pieces of a stream: quick, and still seen to arrive
SLACK_FAILED = (SlackApiError, OSError, HTTPException)  # a refusal, or a connection that broke
_TRY_LATER = {
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
}
_LOCKED_OUT = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
LOCKED_OUT_SECONDS = 60.0  # until somebody has mended the token
_FAULTS = frozenset({500, 502, 503, 504})  # 501 would mean that it never works
_LACKING = frozenset({"unknown_method", "missing_scope", "not_allowed_token_type"})
_START_STREAM = "chat.startStream"
_APPEND_STREAM = "chat.appendStream"
_SESSION_STATUS = "agents.sessions.setStatus"
TITLE_LIMIT = 200
_LIMITED = {"ratelimited", "rate_limited"}
_BAD_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments"}


class TryLater(GuidepostError):  # noqa: N818 - a turn of events, not a fault
    """Slack asks us to wait, or broke off.

    Args:
        seconds: how long.
        reason: in Slack's words.
        refused: whether Slack certainly did not do it; else it may have been done before it broke off.
    """

    def __init__(self, seconds: float, reason: str, *, refused: bool = False) -> None:
        super().__init__(f"Slack asks to wait {seconds:.0f} s ({reason}).")
        self.seconds = seconds
        self.refused = refused


class Unreachable(GuidepostError):  # noqa: N818
    """Slack will not take this message, now or later; the text says why."""


@dataclass(frozen=True)
class Speech:
    """What is to be said: blocks, the text that stands for them, and simpler blocks if Slack refuses.

    `pieces`, if given, is the opening Markdown in the pieces in which it streams in; `blocks_after` are
    the blocks that follow the streamed text.
    """

    text: str
    blocks: Sequence[dict[str, Any]] = ()
    simple_blocks: Sequence[dict[str, Any]] = ()
    pieces: Sequence[str] = ()
    blocks_after: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Posted:
    """Where a message stands."""

    channel_id: str
    ts: str


@dataclass(frozen=True)
class StreamTarget:
    """Who a stream is for; Slack asks for it outside DMs."""

    user_id: str | None = None
    team_id: str | None = None


@dataclass
class SlackMessenger:
    """The outbound side of Slack. Safe to use from several threads."""

    client: WebClient
    limits: Limits = field(default_factory=Limits)
    pause: Callable[[float], None] = field(default=time.sleep)
    _stopped: set[Posted] = field(default_factory=set, init=False)
    _lacking: set[str] = field(default_factory=set, init=False)  # methods that this Slack does not have

    def post(self, channel: str, speech: Speech, *, key: str, thread_ts: str | None = None) -> Posted:
        """Post a message that carries its key, in simpler blocks if Slack refuses the good ones.

        Raises:
            TryLater, Unreachable: see there.
        """
        return self._posted_in_blocks_it_takes(
            speech,
            lambda blocks: self.client.chat_postMessage(
                channel=channel,
                text=speech.text,
                blocks=blocks,
                thread_ts=thread_ts,
                metadata=_metadata(key),
                unfurl_links=False,
                unfurl_media=False,
            ),
        )

    def update(self, where: Posted, speech: Speech, *, key: str) -> Posted:
        """Replace a message."""
        return self._posted_in_blocks_it_takes(
            speech,
            lambda blocks: self.client.chat_update(
                channel=where.channel_id,
                ts=where.ts,
                text=speech.text,
                blocks=blocks,
                metadata=_metadata(key),
            ),
        )

    def delete(self, where: Posted) -> None:
        """Take a message of ours back; one that is gone already is no fault.

        Raises:
            TryLater, Unreachable: see there.
        """
        try:
            self.client.chat_delete(channel=where.channel_id, ts=where.ts)
        except SLACK_FAILED as error:
            if code_of(error) != "message_not_found":
                raise refusal_of(error) from error

    def ephemeral(self, channel: str, user: str, speech: Speech, *, thread_ts: str | None = None) -> None:
        """Say something that only one person sees."""
        self._in_blocks_it_takes(
            speech,
            lambda blocks: self.client.chat_postEphemeral(
                channel=channel, user=user, text=speech.text, blocks=blocks, thread_ts=thread_ts
            ),
        )

    def respond(
        self, response_url: str, speech: Speech, *, in_channel: bool = False, replace: bool = False
    ) -> None:
        """Answer a slash command or a click by its response URL.

        Raises:
            TryLater, Unreachable: see there.
        """
        from slack_sdk.webhook import WebhookClient  # noqa: PLC0415 - only commands need it

        def send(blocks: list[dict[str, Any]] | None) -> Any:
            response = WebhookClient(response_url, retry_handlers=[]).send(
                text=speech.text,
                blocks=blocks,
                response_type="in_channel" if in_channel else "ephemeral",
                replace_original=replace,
            )
            if blocks and any(code in (response.body or "") for code in _BAD_BLOCKS):
                raise _BlocksRefused(response.body[:80])
            return response

        response = self._in_blocks_it_takes(speech, send)
        if response.status_code in _FAULTS | {HTTPStatus.TOO_MANY_REQUESTS}:
            limited = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
            reason = f"status {response.status_code}"
            raise TryLater(retry_after(response.headers), reason, refused=limited)
        if response.status_code != 200 or "error" in (response.body or "").lower()[:40]:
            raise Unreachable(
                f"The response URL no longer works ({response.status_code} {response.body[:80]})."
            )

    def open_modal(self, trigger_id: str, view: dict[str, Any], *, on_top: bool = False) -> str:
        """Open a modal, or lay it on top of the one that is open; a trigger lives for three seconds.

        Returns:
            The id of the opened view.

        Raises:
            TryLater, Unreachable: see there.
        """
        if on_top:
            opened = self._call(lambda: self.client.views_push(trigger_id=trigger_id, view=view))
        else:
            opened = self._call(lambda: self.client.views_open(trigger_id=trigger_id, view=view))
        return str(opened["view"]["id"])

    def fill_modal(self, view_id: str, view: dict[str, Any]) -> None:
        """Put another view in the place of an open modal.

        Raises:
            TryLater, Unreachable: see there; also where it was closed meanwhile.
        """
        self._call(lambda: self.client.views_update(view_id=view_id, view=view))

    def publish_home(self, user: str, view: dict[str, Any]) -> None:
        """Show a person's App Home.

        Raises:
            TryLater, Unreachable: see there.
        """
        self._call(lambda: self.client.views_publish(user_id=user, view=view))

    def suggest_prompts(
        self, channel: str, title: str, prompts: Sequence[dict[str, str]], *, thread_ts: str | None = None
    ) -> None:
        """Offer questions to begin with; `thread_ts` only for the older assistant container.

        Raises:
            TryLater, Unreachable: see there.
        """
        where = {"thread_ts": thread_ts} if thread_ts else {}
        body = {"channel_id": channel, "title": title, "prompts": list(prompts), **where}
        self._call(lambda: self.client.api_call("assistant.threads.setSuggestedPrompts", json=body))

    def session_status(self, channel: str, thread_ts: str, status: str, *, title: str = "") -> None:
        """Say how an agent session stands (processing, active, suspended, closed).

        A Slack that has no sessions, or does not let us, is asked once.
        """
        if _SESSION_STATUS in self._lacking:
            return
        named = {"title": title[:TITLE_LIMIT]} if title else {}
        body = {"channel_id": channel, "thread_ts": thread_ts, "status": status, **named}
        try:
            self.client.api_call(_SESSION_STATUS, json=body)
        except SLACK_FAILED as error:
            log.info("no session status here: %s", code_of(error))
            if is_lacking(error):
                self._lacking.add(_SESSION_STATUS)

    def stop_stream(self, where: Posted) -> None:
        """End a stream that somebody stopped: it stays as it is. One that is not open any more is no fault."""
        self._stopped.add(where)
        try:
            self.client.chat_stopStream(channel=where.channel_id, ts=where.ts)
        except SLACK_FAILED as error:
            log.info("nothing to stop: %s", code_of(error))

    def open_dm(self, user: str) -> str:
        """The channel id of the DM with a person.

        Raises:
            Unreachable: Slack does not let us write to them.
        """
        return str(self._call(lambda: self.client.conversations_open(users=user))["channel"]["id"])

    def stream(
        self,
        channel: str,
        thread_ts: str,
        speech: Speech,
        *,
        key: str,
        target: StreamTarget,
        on_started: Callable[[Posted], None],
    ) -> Posted:
        """Let a message stream in; fall back to an update, then to a plain post, with no lost tail.

        `on_started` is told where the message stands as soon as there is one, so that a crash midway
        completes this message and does not begin a second.
        """
        where = self.begin_stream(channel, thread_ts, _words(speech.pieces[0]), target)
        if where is None:
            return self.post(channel, speech, key=key, thread_ts=thread_ts)
        on_started(where)
        return self.finish_stream(where, speech, speech.pieces[1:], key=key)

    def begin_stream(
        self, channel: str, thread_ts: str, chunks: Sequence[dict[str, Any]], target: StreamTarget
    ) -> Posted | None:
        """Begin a message that grows; None where Slack has no streams, or this minute's are used up.

        Raises:
            TryLater: it may have begun before Slack broke off: that is looked into before it is repeated.
        """
        if _START_STREAM in self._lacking or not self.limits.room(_START_STREAM):
            return None
        try:
            started = self.client.chat_startStream(
                channel=channel,
                thread_ts=thread_ts,
                recipient_user_id=target.user_id,
                recipient_team_id=target.team_id,
                task_display_mode="plan",
                chunks=list(chunks),
            )
        except SLACK_FAILED as error:
            refusal = refusal_of(error)
            if isinstance(refusal, TryLater) and code_of(error) not in _LIMITED:
                raise refusal from error
            log.info("not streaming: %s", code_of(error))
            if is_lacking(error):
                self._lacking.add(_START_STREAM)
            return None
        return Posted(channel, str(started["ts"]))

    def grow_stream(self, where: Posted, chunks: Sequence[dict[str, Any]]) -> None:
        """Add to a message that grows; that it does not grow any more is found out when it is finished."""
        try:
            self.client.chat_appendStream(channel=where.channel_id, ts=where.ts, chunks=list(chunks))
        except SLACK_FAILED as error:
            log.info("%s does not grow: %s", where, code_of(error))

    def finish_stream(
        self,
        where: Posted,
        speech: Speech,
        pieces: Sequence[str],
        *,
        key: str,
        stopped_before: Speech | None = None,
    ) -> Posted:
        """Say the rest, then what follows the text; a stream that broke is completed by an update.

        `stopped_before` is said where somebody stopped it and not a word stands there yet.

        Raises:
            TryLater, Unreachable: see there.
        """
        try:
            for n, piece in enumerate(thinned(pieces, self.limits.room(_APPEND_STREAM))):
                self.pause(PACE_SECONDS if n else 0)
                self.client.chat_appendStream(channel=where.channel_id, ts=where.ts, chunks=_words(piece))
                stopped_before = None
            stopped = self.client.chat_stopStream(
                channel=where.channel_id,
                ts=where.ts,
                blocks=list(speech.blocks_after),
                metadata=_metadata(key),
            )
        except SLACK_FAILED as error:
            if where in self._stopped:
                log.info("somebody stopped this message: %s", where)
                return self.complete_stream(where, stopped_before, key=key) if stopped_before else where
            log.info("stream broke (%s); completing the message by update", code_of(error))
            return self.complete_stream(where, speech, key=key)
        if _lost_its_words(stopped):
            log.info("a stream without its words; completing the message by update")
            return self.update(where, speech, key=key)
        return where

    def complete_stream(self, where: Posted, speech: Speech, *, key: str) -> Posted:
        """Bring a message whose stream broke to its final text.

        Raises:
            TryLater, Unreachable: see there.
        """
        try:
            self.client.chat_stopStream(channel=where.channel_id, ts=where.ts)
        except SLACK_FAILED as error:
            refusal = refusal_of(error)
            if isinstance(refusal, TryLater):
                raise refusal from error
            log.info("stream was not open any more: %s", code_of(error))
        return self.update(where, speech, key=key)

    def find(self, channel: str, key: str, *, thread_ts: str | None, oldest: str) -> Posted | None:
        """The message that carries a key, if it was posted: looked for before a doubtful post is repeated."""
        for message in self._recent(channel, thread_ts=thread_ts, oldest=oldest):
            metadata = message.get("metadata") or {}
            if (metadata.get("event_payload") or {}).get("key") == key:
                return Posted(channel, str(message["ts"]))
        return None

    def find_unfinished(
        self, channel: str, bot_user_id: str, *, thread_ts: str, oldest: str, wordless: bool = False
    ) -> list[Posted]:
        """Messages of ours in a thread that carry no key: streams that were never completed.

        `wordless`: only those in which not a word stands yet.
        """
        return [
            Posted(channel, str(message["ts"]))
            for message in self._recent(channel, thread_ts=thread_ts, oldest=oldest)
            if message.get("user") == bot_user_id
            and not (message.get("metadata") or {}).get("event_payload")
            and not (wordless and message.get("text"))
        ]

    def _recent(self, channel: str, *, thread_ts: str | None, oldest: str) -> list[dict[str, Any]]:
        try:
            if thread_ts:
                response = self.client.conversations_replies(
                    channel=channel, ts=thread_ts, oldest=oldest, limit=200, include_all_metadata=True
                )
            else:
                response = self.client.conversations_history(
                    channel=channel, oldest=oldest, limit=200, include_all_metadata=True
                )
        except SLACK_FAILED as error:
            refusal = refusal_of(error)
            if isinstance(refusal, TryLater):  # to guess that it is not there could say it twice
                raise refusal from error
            log.warning("could not look for an earlier post: %s", code_of(error))
            return []
        return list(response.get("messages") or [])

    def status(self, channel: str, thread_ts: str, text: str) -> None:
        """Show (or with an empty text, clear) the line "Guidepost is ..."; a place without one is no fault."""
        try:
            self.client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread_ts, status=text)
        except SLACK_FAILED as error:
            log.debug("no status line here: %s", code_of(error))

    def permalink(self, where: Posted) -> str | None:
        """The web address of a message, if Slack gives one."""
        try:
            return str(
                self.client.chat_getPermalink(channel=where.channel_id, message_ts=where.ts)["permalink"]
            )
        except SLACK_FAILED:
            return None

    def _posted_in_blocks_it_takes(
        self, speech: Speech, call: Callable[[list[dict[str, Any]] | None], Any]
    ) -> Posted:
        return _posted(self._in_blocks_it_takes(speech, call))

    def _in_blocks_it_takes(self, speech: Speech, call: Callable[[list[dict[str, Any]] | None], Any]) -> Any:
        """Say it in its blocks, else in the simpler ones, else as text alone."""
        for blocks in (speech.blocks, speech.simple_blocks):
            try:
                return self._call(partial(call, list(blocks) or None))
            except _BlocksRefused as refused:
                log.warning("Slack refused the blocks (%s); saying it in simpler ones", refused)
        return self._call(lambda: call(None))

    def _call(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except SLACK_FAILED as error:
            raise refusal_of(error) from error


class _BlocksRefused(Unreachable):
    """Slack takes the text, not these blocks."""


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def _lost_its_words(stopped: Any) -> bool:
    """Whether Slack shows an empty text where words had streamed in: it took the chunks and kept none."""
    message = stopped.get("message")
    return isinstance(message, dict) and message.get("text") == ""


def _words(piece: str) -> list[dict[str, Any]]:
    return [{"type": "markdown_text", "text": piece}]


def _posted(response: Any) -> Posted:
    return Posted(str(response["channel"]), str(response["ts"]))


def code_of(error: Exception) -> str:
    """What Slack calls its refusal; a broken connection has a name of ours."""
    if not isinstance(error, SlackApiError):
        return f"no connection: {error}"
    if error.response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return "ratelimited"
    return str(error.response.get("error") or "unknown_error")


def is_lacking(error: Exception) -> bool:
    """Whether this Slack has no such method, or not for us."""
    return isinstance(error, SlackApiError) and (
        error.response.status_code == HTTPStatus.NOT_FOUND or code_of(error) in _LACKING
    )


def refusal_of(error: Exception) -> TryLater | Unreachable:
    """Whether to come back later, to say it differently, or to give it up."""
    code = code_of(error)
    if not isinstance(error, SlackApiError):
        return TryLater(5, code)
    if code in _BAD_BLOCKS:
        return _BlocksRefused(code)
    if code in _TRY_LATER or error.response.status_code in _FAULTS:
        return TryLater(retry_after(error.response.headers), code, refused=code in _LIMITED)
    if code in _LOCKED_OUT:
        return TryLater(LOCKED_OUT_SECONDS, code, refused=True)
    return Unreachable(f"Slack answered {code}.")
