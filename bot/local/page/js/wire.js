// Between what a person types and what Slack's text holds.

import { decodeEntities } from "./render/inline.js";

/**
 * Full names after @ go out as Slack sends them: as ids in messages, as user names in commands. `picked` maps
 * "@Name" to the id that was chosen from the list, so that two people of one name stay apart.
 */
export function wireText(text, picked, users) {
  const names = new Map(users.map((user) => [`@${user.shown}`, user]));
  for (const [name, id] of picked) names.set(name, users.find((user) => user.id === id));
  const longestFirst = [...names].filter(([, user]) => user).sort(([a], [b]) => b.length - a.length);
  const isCommand = text.startsWith("/");
  return longestFirst.reduce((wire, [name, user]) => wire.replace(wholeName(name), isCommand ? `@${user.name}` : `<@${user.id}>`), text);
}

function wholeName(name) {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}<])${literal}(?![\\p{L}\\p{N}])`, "giu");
}

/** Slack's text, as the person typed it. */
export function typedText(text, names) {
  const shown = text.replace(/<@([UW][^|>]+)(?:\|[^>]*)?>/g, (_, id) => `@${names.user(id)?.shown ?? id}`)
    .replace(/<#(C[^|>]+)(?:\|[^>]*)?>/g, (_, id) => `#${names.channel(id) ?? id}`)
    .replace(/<!(here|channel|everyone)>/g, "@$1")
    .replace(/<((?:https?|mailto):[^|>]+)(?:\|[^>]*)?>/g, "$1");
  return decodeEntities(shown);
}
