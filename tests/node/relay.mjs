// What is posted to the returned address is told by Socket Mode, and acknowledgements are the answers: the
// emulator's deliveries reach a bot that has no address.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const envelopeOf = (body, type) => {
  if (type?.includes("json")) return { type: "events_api", payload: JSON.parse(body) };
  const form = Object.fromEntries(new URLSearchParams(body));
  return form.payload
    ? { type: "interactive", payload: JSON.parse(form.payload) }
    : { type: "slash_commands", payload: form };
};

export async function startRelay() {
  const waiting = new Map();
  let bot;
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const envelope_id = randomUUID();
    waiting.set(envelope_id, (answer) => response.end(answer ? JSON.stringify(answer) : ""));
    if (bot) bot.send(JSON.stringify({ envelope_id, ...envelopeOf(body, request.headers["content-type"]) }));
    else response.writeHead(503).end();
  });
  new WebSocketServer({ server }).on("connection", (socket) => {
    bot = socket;
    socket.send(JSON.stringify({ type: "hello", num_connections: 1 }));
    socket.on("message", (frame) => {
      const { envelope_id, payload } = JSON.parse(frame);
      waiting.get(envelope_id)?.(payload);
      waiting.delete(envelope_id);
    });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return `127.0.0.1:${server.address().port}`;
}
