// What the composer offers while one types: people after @, commands after /, emoji after a colon.

import { emojiFor, searchEmoji } from "./render/emoji.js";

const MOST = 8;

/**
 * Suggestions for the text before the caret, or null: {items: [{label, description, insert, id?, character?}], from, eager}.
 * `insert` replaces the text from `from` to the caret; `eager` means that Enter takes the suggestion.
 */
export function suggest(text, { users, commands }) {
  return suggestCommand(text, commands) ?? suggestPerson(text, users) ?? suggestEmoji(text);
}

function suggestCommand(text, commands) {
  if (!text.startsWith("/") || text.includes("\n")) return null;
  const space = text.indexOf(" ");
  return space < 0 ? suggestName(text, commands) : suggestRest(text, text.slice(0, space), commands);
}

function suggestName(text, commands) {
  const items = commands.filter((one) => one.command.startsWith(text)).map((one) => ({
    label: one.command, hint: one.usage_hint, description: one.description, insert: `${one.command} `,
  }));
  const exact = commands.some((one) => one.command === text);
  return items.length ? { items, from: 0, eager: !exact } : null;
}

function suggestRest(text, name, commands) {
  const command = commands.find((one) => one.command === name);
  const typed = text.slice(name.length + 1).toLowerCase();
  const items = (command?.completions ?? []).flatMap((one) => usages(one.text).map((usage) => ({ usage, description: one.description })))
    .filter(({ usage }) => usage.toLowerCase().startsWith(typed) && fixedPart(usage).trim().toLowerCase() !== typed.trim())
    .map(({ usage, description }) => ({ label: `${name} ${usage}`, description, insert: `${name} ${fixedPart(usage)}` }));
  return items.length ? { items, from: 0, eager: false } : null;
}

/** "play list | start NAME" is two usages, "tasks [mine|team]" is three. */
export function usages(text) {
  const [head] = text.split(" ");
  const lines = text.split(/\s+\|\s+/).map((line, index) => (index === 0 || line.startsWith(`${head} `) ? line : `${head} ${line}`));
  return lines.flatMap((line) => {
    const [, base, choices] = /^([^[]*?)\s*\[([\w|-]+)\]/.exec(line) ?? [];
    return choices?.includes("|") ? [base, ...choices.split("|").map((choice) => `${base} ${choice}`)] : [line];
  });
}

/** What is inserted: the words before the first thing that the person fills in (@x, NAME, <x>, [x] or ...). */
export function fixedPart(usage) {
  const words = usage.split(" ");
  const end = words.findIndex((word) => /^[@<[…]|^\.\.\.|^[A-Z][A-Z_-]+$/u.test(word));
  return end < 0 ? usage : `${words.slice(0, end).join(" ")} `;
}

function suggestPerson(text, users) {
  const match = /(^|[\s(])@([\p{L}\p{N}._' -]{0,40})$/u.exec(text);
  if (!match) return null;
  const part = match[2].toLowerCase();
  const fits = (user) => [user.shown, user.name].some((name) => name?.toLowerCase().startsWith(part)) || user.shown.toLowerCase().split(" ").some((word) => part && word.startsWith(part));
  const found = users.filter(fits).sort((a, b) => Number(b.is_bot ?? false) - Number(a.is_bot ?? false)).slice(0, MOST);
  if (!found.length || found.some((user) => user.shown.toLowerCase() === part)) return null;
  const items = found.map((user) => ({
    label: user.shown, description: [user.is_bot ? "App" : user.role_hint, user.title].filter(Boolean).join(" · "), insert: `@${user.shown} `, id: user.id, user,
  }));
  return { items, from: text.length - match[2].length - 1, eager: true };
}

function suggestEmoji(text) {
  const match = /(^|\s):([a-z0-9_+-]{2,30})$/.exec(text);
  if (!match) return null;
  const items = searchEmoji(match[2], MOST).map(({ name }) => ({ label: `:${name}:`, character: emojiFor(name), insert: `${emojiFor(name)} ` }));
  return items.length ? { items, from: text.length - match[2].length - 1, eager: true } : null;
}
