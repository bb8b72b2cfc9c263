// A person's picture: their initials on their colour; the assistant's is a signpost.

import { h } from "./dom.js";

const COLOURS = ["#0f766e", "#9a3412", "#5b21b6", "#1d4ed8", "#9d174d", "#3f6212", "#7c2d12", "#155e75"];

export function avatar(user, { size = "" } = {}) {
  const bot = user?.is_bot === true;
  const name = user?.shown ?? user?.name ?? "?";
  const element = h("span.avatar", { class: `${size && `size-${size}`} ${bot ? "is-app" : ""}`, "aria-hidden": "true" }, bot ? h("img", { src: "/page/icon.svg", alt: "" }) : initials(name));
  if (bot) return element;
  const colour = /^#[0-9a-f]{6}$/i.test(user?.avatar_colour ?? "") ? user.avatar_colour : COLOURS[hash(user?.id ?? name) % COLOURS.length];
  element.style.setProperty("--colour", colour);
  element.classList.toggle("is-pale", luminance(colour) > PALE);
  return element;
}

const PALE = 0.183; // relative luminance from which white letters fall below a contrast of 4.5

function luminance(colour) {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function initials(name) {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

const hash = (text) => [...text].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 9973, 7);
