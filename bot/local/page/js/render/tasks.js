// `plan` and `task_card`: what the assistant is doing, step by step.

import { h, icon } from "../dom.js";
import { link } from "./inline.js";
import { plainText, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";

const STATES = {
  pending: ["to do", () => h("span.task-dot")],
  in_progress: ["in progress", () => h("span.spinner")],
  complete: ["done", () => icon("check")],
  error: ["failed", () => icon("error")],
};

const prose = (value, names) => (value?.type === "rich_text" ? richText(value, names) : textObject(value, names));

export function taskCard(task, ctx) {
  const status = STATES[task.status] ? task.status : "pending";
  const [spoken, mark] = STATES[status];
  const sources = (task.sources ?? []).map((source) => link(source.url, source.text ?? source.url, { class: "source-chip" }));
  return h("div.task", { class: `task-${status}`, dataset: { testid: "task", status } },
    h("span.task-mark", { role: "img", "aria-label": spoken, title: spoken }, mark()),
    h("div.task-body", {},
      h("div.task-title", {}, plainText(task.title ?? "")),
      task.details ? h("div.task-details", {}, prose(task.details, ctx.names)) : null,
      task.output ? h("div.task-output", {}, prose(task.output, ctx.names)) : null,
      sources.length ? h("div.task-sources", {}, sources) : null));
}

export function plan(block, ctx) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((task) => task.status === "complete").length;
  const title = h("span.plan-title", {}, textObject(block.title, ctx.names));
  const cards = tasks.map((task) => taskCard(task, ctx));
  if (tasks.length && done === tasks.length) {  // what is done steps back behind what it led to
    return h("details.plan.plan-done", { dataset: { testid: "plan" } },
      h("summary.plan-head", {}, title, h("span.plan-count", {}, `${done} ${done === 1 ? "step" : "steps"}`)), cards);
  }
  return h("div.plan", { dataset: { testid: "plan" } },
    h("div.plan-head", {}, title, tasks.length ? h("span.plan-count", {}, `${done} of ${tasks.length}`) : null), cards);
}
