// Block Kit's interactive elements. Each keeps its state in `ctx.values` as Slack's `state.values` wants it,
// and fires the payload that Slack would send.

import { h, icon } from "../dom.js";
import { momentOf, wallTime } from "../time.js";
import { imageSource, safeLinkUrl } from "./inline.js";
import { openMenu } from "./menu.js";
import { bareText, mrkdwn, textObject } from "./mrkdwn.js";
import { picker } from "./picker.js";

/** One element as a node; null for an unknown type. */
export function renderElement(element, block, ctx) {
  return ELEMENTS[element?.type]?.(element, block, ctx) ?? null;
}

export const isKnownElement = (type) => type in ELEMENTS;

const ELEMENTS = {
  button,
  workflow_button: button,
  icon_button: iconElement,
  feedback_buttons: feedbackButtons,
  overflow,
  image: imageElement,
  radio_buttons: choiceGroup,
  checkboxes: choiceGroup,
  plain_text_input: textInput,
  rich_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  datepicker: dateInput,
  timepicker: dateInput,
  datetimepicker: dateInput,
};

const pathOf = (element, block) => [block.block_id ?? "", element.action_id ?? element.type];

function stateOf(element, block, ctx) {
  const [blockId, actionId] = pathOf(element, block);
  return ctx.values[blockId]?.[actionId];
}

/** Remembers an element's state, for the next submission or action. */
function record(element, block, ctx, state) {
  const [blockId, actionId] = pathOf(element, block);
  ctx.values[blockId] = { ...ctx.values[blockId], [actionId]: { type: element.type, ...state } };
}

function recordFirst(element, block, ctx, state) {
  if (!stateOf(element, block, ctx)) record(element, block, ctx, state);
  return stateOf(element, block, ctx);
}

const payload = (element, block, extra) => ({ type: element.type, action_id: element.action_id ?? "", block_id: block.block_id ?? "", ...extra });
const fires = (block, ctx) => block.type !== "input" || block.dispatch_action === true;

/** Asks where Slack would ask, then sends; the control is busy meanwhile. */
async function fire(control, element, block, ctx, extra) {
  if (element.confirm && !(await ctx.confirm(element.confirm))) return false;
  control.setAttribute("aria-busy", "true");
  try {
    return await ctx.fire(block, payload(element, block, extra));
  } finally {
    control.removeAttribute("aria-busy");
  }
}

function button(element, block, ctx) {
  const href = element.url ? safeLinkUrl(element.url) : null;
  const attributes = {
    class: element.style ? `is-${element.style}` : "", "aria-label": element.accessibility_label,
    dataset: { testid: `action-${element.action_id ?? "button"}`, action: element.action_id ?? "", value: element.value ?? "" },
  };
  const send = (event) => fire(event.currentTarget, element, block, ctx, { value: element.value, text: element.text });
  const children = [textObject(element.text, ctx.names)];
  if (!href) return h("button.button", { type: "button", ...attributes, onclick: send }, children);
  return h("a.button", { href, target: "_blank", rel: "noopener noreferrer", ...attributes, onclick: send }, children, icon("link"));
}

function iconElement(element, block, ctx) {
  if (element.visible_to_user_ids?.length && !element.visible_to_user_ids.includes(ctx.names.me)) return h("span", { hidden: true });
  const send = (event) => fire(event.currentTarget, element, block, ctx, { value: element.value, text: element.text });
  const label = element.accessibility_label ?? bareText(element.text);
  return h("button.icon-button", { type: "button", title: label, "aria-label": label, dataset: { testid: `action-${element.action_id}` }, onclick: send }, icon(element.icon === "trash" ? "trash" : "spark"));
}

function feedbackButtons(element, block, ctx) {
  const key = pathOf(element, block).join("/");
  const group = h("span.feedback", { role: "group", "aria-label": "Was this helpful?" });
  const make = (part, kind, iconName) => h("button.icon-button.feedback-button", {
    type: "button", title: bareText(part.text), "aria-label": part.accessibility_label ?? bareText(part.text), dataset: { testid: `feedback-${kind}`, kind },
    "aria-pressed": String(ctx.remembered(key) === kind),
    onclick: (event) => {
      const pressed = ctx.remembered(key) === kind ? null : kind;
      ctx.remember(key, pressed);
      for (const one of group.children) one.setAttribute("aria-pressed", String(one.dataset.kind === pressed));
      fire(event.currentTarget, element, block, ctx, { value: part.value, text: part.text });
    },
  }, icon(iconName), h("span.feedback-text", {}, bareText(part.text)));
  group.append(make(element.positive_button, "positive", "thumbsup"), make(element.negative_button, "negative", "thumbsdown"));
  return group;
}

function overflow(element, block, ctx) {
  const items = (element.options ?? []).map((option) => ({
    label: bareText(option.text), description: bareText(option.description), testid: "overflow-option",
    onpick: () => {
      const href = option.url && safeLinkUrl(option.url);
      if (href) open(href, "_blank", "noopener");
      fire(control, element, block, ctx, { selected_option: option });
    },
  }));
  const control = h("button.icon-button.overflow", {
    type: "button", "aria-label": "More options", "aria-haspopup": "menu", "aria-expanded": "false", dataset: { testid: `action-${element.action_id}` },
    onclick: (event) => openMenu(event.currentTarget, items, "More options"),
  }, icon("more"));
  return control;
}

function imageElement(element, block, ctx) {
  const source = imageSource(element, ctx.names);
  if (!source) return h("span.image-fallback", {}, element.alt_text ?? "image");
  return h("img.image-element", { src: source, alt: element.alt_text ?? "", loading: "lazy" });
}

let groups = 0;

function choiceGroup(element, block, ctx) {
  const single = element.type === "radio_buttons";
  const key = single ? "selected_option" : "selected_options";
  const first = single ? (element.initial_option ?? null) : (element.initial_options ?? []);
  const state = recordFirst(element, block, ctx, { [key]: first })[key];
  const chosen = new Set([state].flat().filter(Boolean).map((option) => option.value));
  const name = `choice-${(groups += 1)}`;
  const group = h("div.choices", { role: single ? "radiogroup" : "group", "aria-label": block.label ? bareText(block.label) : undefined, dataset: { testid: `action-${element.action_id}` } });
  const changed = (event) => {
    const picked = (element.options ?? []).filter((_, index) => group.querySelectorAll("input")[index].checked);
    const extra = { [key]: single ? (picked[0] ?? null) : picked };
    record(element, block, ctx, extra);
    if (fires(block, ctx)) fire(event.currentTarget, element, block, ctx, extra);
  };
  for (const option of element.options ?? []) {
    const input = h("input", { type: single ? "radio" : "checkbox", name, value: option.value, checked: chosen.has(option.value), onchange: changed });
    group.append(h("label.choice", {}, input, h("span", {}, textObject(option.text, ctx.names), option.description ? h("small", {}, textObject(option.description, ctx.names)) : null)));
  }
  return group;
}

const INPUTS = {
  email_text_input: { type: "email", inputMode: "email", autocomplete: "email" },
  url_text_input: { type: "url", inputMode: "url" },
  number_input: { type: "text", inputMode: "decimal" },
};

function typedInitial(element) {
  return element.initial_value === undefined ? "" : String(element.initial_value);
}

function textInput(element, block, ctx) {
  const rich = element.type === "rich_text_input";
  const key = rich ? "rich_text_value" : "value";
  const asState = (text) => ({ [key]: text === "" ? null : rich ? asRichText(text) : text });
  const known = recordFirst(element, block, ctx, asState(rich ? "" : typedInitial(element)))[key];
  const area = element.multiline || rich;
  const control = h(area ? "textarea" : "input", {
    ...(area ? { rows: 4 } : { type: "text", ...INPUTS[element.type] }),
    class: "input", placeholder: bareText(element.placeholder), maxLength: element.max_length ?? 3000,
    autofocus: element.focus_on_load === true, dataset: { testid: `input-${element.action_id ?? element.type}` },
    oninput: () => {
      record(element, block, ctx, asState(control.value));
      if (triggers(element, "on_character_entered")) send();
    },
    onkeydown: (event) => {
      if (event.key === "Enter" && !area && block.dispatch_action) {
        event.preventDefault();
        send();
      }
    },
  });
  control.value = typeof known === "string" ? known : "";
  const send = () => fires(block, ctx) && fire(control, element, block, ctx, asState(control.value));
  return control;
}

const triggers = (element, name) => element.dispatch_action_config?.trigger_actions_on?.includes(name);
const asRichText = (text) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] });

const DATES = {
  datepicker: { type: "date", key: "selected_date", initial: "initial_date", out: (value) => value || null, into: (value) => value ?? "" },
  timepicker: { type: "time", key: "selected_time", initial: "initial_time", out: (value) => value || null, into: (value) => value ?? "" },
  datetimepicker: {
    type: "datetime-local", key: "selected_date_time", initial: "initial_date_time",
    out: (value) => (value ? Math.floor(momentOf(value).getTime() / 1000) : null),
    into: (value) => (value ? wallTime(new Date(value * 1000)) : ""),
  },
};

function dateInput(element, block, ctx) {
  const kind = DATES[element.type];
  const known = recordFirst(element, block, ctx, { [kind.key]: element[kind.initial] ?? null })[kind.key];
  const control = h("input.input.date-input", {
    type: kind.type, "aria-label": bareText(block.label) || bareText(element.placeholder) || "Date", dataset: { testid: `input-${element.action_id}` },
    onchange: () => {
      const extra = { [kind.key]: kind.out(control.value) };
      record(element, block, ctx, extra);
      if (fires(block, ctx)) fire(control, element, block, ctx, extra);
    },
  });
  control.value = kind.into(known);
  return control;
}

/* ---- selects: one picker, described by where the choices come from and what is sent ---- */

const optionChoice = (option, group) => ({ key: option.value, label: bareText(option.text), description: bareText(option.description), group, raw: option });

function optionChoices({ options, option_groups: optionGroups }) {
  if (optionGroups?.length) return optionGroups.flatMap((group) => group.options.map((option) => optionChoice(option, bareText(group.label))));
  return (options ?? []).map((option) => optionChoice(option));
}

const people = (ctx) => ctx.names.people().map((user) => ({ key: user.id, label: user.shown, description: user.title, raw: user.id }));
const places = (ctx) => ctx.names.places().map((channel) => ({ key: channel.id, label: channel.shown, raw: channel.id }));

const SOURCES = {
  static: { key: "option", all: (element) => optionChoices(element), raw: (raw) => optionChoice(raw) },
  external: { key: "option", raw: (raw) => optionChoice(raw) },
  users: { key: "user", all: (_, ctx) => people(ctx), raw: (raw, ctx) => people(ctx).find((choice) => choice.key === raw) },
  conversations: { key: "conversation", all: (_, ctx) => places(ctx), raw: (raw, ctx) => places(ctx).find((choice) => choice.key === raw) },
  channels: {
    key: "channel", raw: (raw, ctx) => places(ctx).find((choice) => choice.key === raw),
    all: (_, ctx) => places(ctx).filter((choice) => choice.label.startsWith("#")),
  },
};

for (const name of Object.keys(SOURCES)) {
  ELEMENTS[`${name}_select`] = (element, block, ctx) => select(name, false, element, block, ctx);
  ELEMENTS[`multi_${name}_select`] = (element, block, ctx) => select(name, true, element, block, ctx);
}

function select(name, many, element, block, ctx) {
  const source = SOURCES[name];
  const key = `selected_${source.key}${many ? "s" : ""}`;
  const initial = element[`initial_${source.key}${many ? "s" : ""}`];
  const known = recordFirst(element, block, ctx, { [key]: initial ?? (many ? [] : null) })[key];
  const chosen = new Map([known].flat().filter(Boolean).map((raw) => source.raw(raw, ctx)).filter(Boolean).map((choice) => [choice.key, choice]));
  const remote = name === "external";
  const control = picker({
    label: bareText(block.label) || bareText(element.placeholder) || "Select", placeholder: bareText(element.placeholder), testid: `select-${element.action_id}`,
    many, max: element.max_selected_items, remote, minimum: element.min_query_length ?? (remote ? 1 : 0), chosen,
    choices: (query) => (remote ? ctx.options(block, element, query).then(optionChoices) : source.all(element, ctx)),
    onPick: (choices) => {
      const raws = choices.map((choice) => choice.raw);
      const extra = { [key]: many ? raws : (raws[0] ?? null) };
      record(element, block, ctx, extra);
      if (fires(block, ctx)) fire(control, element, block, ctx, extra);
    },
  });
  return control;
}

/** Text of a `mrkdwn` or plain element inside a context block. */
export const contextText = (element, ctx) => (element.type === "mrkdwn" ? mrkdwn(element.text, ctx.names) : textObject(element, ctx.names));
