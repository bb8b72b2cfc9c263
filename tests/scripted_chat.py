"""An HTTP server on loopback that speaks the wire formats of OpenAI, Anthropic and Ollama, and misbehaves on demand.

The product's real clients talk to it. Each request is answered by the next act of the script; the last act repeats.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

READ, WRITTEN = 40, 12  # tokens that it says a call has cost


@dataclass(frozen=True)
class Says:
    """A proper answer, in pieces; `finish` is why it ends."""

    text: str
    piece: int = 7
    pause: float = 0.0
    counts_tokens: bool = True
    refuses: bool = False


@dataclass(frozen=True)
class Fails:
    """An HTTP error."""

    status: int
    headers: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Stalls:
    """Says something, then nothing for a long time."""

    text: str = ""
    seconds: float = 30.0


@dataclass(frozen=True)
class Breaks:
    """Says something, then closes the connection in the middle of a chunk."""

    text: str


@dataclass(frozen=True)
class Babbles:
    """Never ends: the text again and again."""

    text: str = "and so on and on "


@dataclass(frozen=True)
class Garbage:
    """Bytes that are no answer in any format, with status 200."""

    body: bytes = b"<html><body>502 Bad Gateway</body></html>"


class ScriptedChat:
    """A running server. `requests` holds (path, headers, body) of every call."""

    def __init__(self, *acts):
        self.acts = list(acts)
        self.requests = []
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def root(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def base_url(self, provider):
        return self.root + ("/v1" if provider == "openai" else "")

    def next_act(self):
        with self._lock:
            return self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]

    @property
    def prompts(self):
        """The text of the messages of each call, joined."""
        return [_prompt(body) for _, _, body in self.requests]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


def _prompt(body):
    messages = [body["system"]] if isinstance(body.get("system"), str) else []
    for message in body.get("messages", []):
        content = message["content"]
        messages.append(
            content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
        )
    return "\n".join(messages)


def _handler(chat):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
            chat.requests.append((self.path, dict(self.headers), body))
            wire = next((wire for path, wire in _WIRES.items() if self.path.endswith(path)), None)
            try:
                if wire is None:
                    self._plain(404, b'{"error": {"message": "no such path"}}')
                else:
                    self._perform(chat.next_act(), wire(body.get("model", "")))
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client has had enough

        def _perform(self, act, wire):
            if isinstance(act, Fails):
                body = json.dumps(
                    {"type": "error", "error": {"type": "error", "message": "scripted failure"}}
                )
                self._plain(act.status, body.encode(), act.headers)
            elif isinstance(act, Garbage):
                self._plain(200, act.body, {"content-type": "text/html"})
            else:
                self._stream(act, wire)

        def _plain(self, status, body, headers=None):
            self.send_response(status)
            for name, value in {"content-type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, act, wire):
            self.send_response(200)
            self.send_header("content-type", wire.content_type)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            self._chunk(wire.opens())
            size = getattr(act, "piece", 7)
            pieces = [act.text[i : i + size] for i in range(0, len(act.text), size)]
            while isinstance(act, Babbles) and not chat.closing.is_set():
                self._chunk(wire.says(act.text * 20))
            for piece in pieces:
                self._chunk(wire.says(piece))
                chat.closing.wait(getattr(act, "pause", 0.0)) if getattr(act, "pause", 0.0) else None
            if isinstance(act, Stalls):
                chat.closing.wait(act.seconds)
                self.close_connection = True
                return
            if isinstance(act, Breaks):
                self.wfile.write(b"ff\r\n" + wire.says("lost")[:9])
                self.wfile.flush()
                self.close_connection = True
                return
            self._chunk(wire.closes(counts=act.counts_tokens, refuses=act.refuses))
            self.wfile.write(b"0\r\n\r\n")

        def _chunk(self, data):
            if data:
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()

    return Handler


class _OpenAI:
    content_type = "text/event-stream"

    def __init__(self, model):
        self._model = model

    def _event(self, choices, **more):
        row = {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": self._model,
            "choices": choices,
        }
        return f"data: {json.dumps(row | more)}\n\n".encode()

    def opens(self):
        return self._event(
            [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]
        )

    def says(self, text):
        return self._event([{"index": 0, "delta": {"content": text}, "finish_reason": None}])

    def closes(self, *, counts, refuses):
        reason = "content_filter" if refuses else "stop"
        end = self._event([{"index": 0, "delta": {}, "finish_reason": reason}])
        if counts:
            usage = {"prompt_tokens": READ, "completion_tokens": WRITTEN, "total_tokens": READ + WRITTEN}
            end += self._event([], usage=usage)
        return end + b"data: [DONE]\n\n"


class _Anthropic:
    content_type = "text/event-stream"

    def __init__(self, model):
        self._model = model

    def _event(self, kind, **more):
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n".encode()

    def opens(self):
        message = {
            "id": "m1", "type": "message", "role": "assistant", "model": self._model, "content": [],
            "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": READ, "output_tokens": 0},
        }  # fmt: skip
        block = {"type": "text", "text": ""}
        return self._event("message_start", message=message) + self._event(
            "content_block_start", index=0, content_block=block
        )

    def says(self, text):
        return self._event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})

    def closes(self, *, counts, refuses):
        usage = {"input_tokens": READ, "output_tokens": WRITTEN if counts else 0}
        delta = {"stop_reason": "refusal" if refuses else "end_turn", "stop_sequence": None}
        return (
            self._event("content_block_stop", index=0)
            + self._event("message_delta", delta=delta, usage=usage)
            + self._event("message_stop")
        )


class _Ollama:
    content_type = "application/x-ndjson"

    def __init__(self, model):
        self._model = model

    def _line(self, text, **more):
        row = {"model": self._model, "created_at": "2026-03-02T10:00:00Z"}
        return (
            json.dumps(
                row | {"message": {"role": "assistant", "content": text}, "done": False} | more
            ).encode()
            + b"\n"
        )

    def opens(self):
        return b""

    def says(self, text):
        return self._line(text)

    def closes(self, *, counts, refuses):
        tokens = {"prompt_eval_count": READ, "eval_count": WRITTEN} if counts else {}
        return self._line("", done=True, done_reason="load" if refuses else "stop", **tokens)


_WIRES = {"/chat/completions": _OpenAI, "/messages": _Anthropic, "/api/chat": _Ollama}
