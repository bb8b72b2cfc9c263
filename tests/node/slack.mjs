// Starts the Slack of the npm package `emulate`; tells on stdout, as JSON, its address and where to post what
// people press and command.
//
//   node slack.mjs '{"events_url": "..." | null, "seed": {...}}'
//
// Its own API knows no way to subscribe to events, so its Slack is handed one here, where it is built. Two
// routes are added: /test/event lets it sign and deliver an event that it does not make by itself
// (app_mention, app_home_opened), /test/views and /test/ephemeral show what only a person would see. Without an
// events_url what it delivers goes through relay.mjs to a bot in Socket Mode.
import { readFileSync, readdirSync } from "node:fs";
import { createEmulator } from "emulate";
import { startRelay } from "./relay.mjs";

const { events_url, seed } = JSON.parse(process.argv[2]);
const relay = events_url ? null : await startRelay();
const url = events_url ?? `http://${relay}/`;

const folder = new URL(".", import.meta.resolve("emulate"));
const holdsSlack = (name) => /^dist-.*\.js$/.test(name) && readFileSync(new URL(name, folder), "utf8").includes("slackPlugin");
const { slackPlugin, getSlackStore } = await import(new URL(readdirSync(folder).find(holdsSlack), folder));

const register = slackPlugin.register;
slackPlugin.register = (app, store, webhooks, ...more) => {
  register.call(slackPlugin, app, store, webhooks, ...more);
  webhooks.register({ url, events: ["*"], active: true, owner: "slack" });
  if (relay) app.post("/api/apps.connections.open", (c) => c.json({ ok: true, url: `ws://${relay}/` }));
  app.get("/test/views", (c) => c.json(getSlackStore(store).views.all()));
  app.get("/test/ephemeral", (c) => c.json(getSlackStore(store).ephemeralMessages.all()));
  app.post("/test/event", async (c) => {
    const envelope = await c.req.json();
    await webhooks.dispatch(envelope.event.type, undefined, envelope, "slack");
    return c.json({ ok: true });
  });
};

const emulator = await createEmulator({ service: "slack", port: 0, seed: { slack: seed } });
console.log(JSON.stringify({ url: emulator.url, posts: url }));
