// Joins the renderers to the server: what happens when somebody presses something in blocks.

import { api } from "./api.js";
import { confirmDialog } from "./dialog.js";
import { orToast } from "./toast.js";

/**
 * A rendering context for one surface. `target` names where the blocks are, as the server wants it:
 * {message: {channel, ts}}, {ephemeral: {id}} or {view: {id}}. `values` is kept by the caller across redraws.
 */
export function blockContext(names, target, values) {
  const key = JSON.stringify(target);
  const optionsTarget = target.view ? { view_id: target.view.id } : target;
  return {
    names,
    values,
    confirm: (object) => confirmDialog(object, names),
    fire: (block, action) => orToast(api.action({ as: names.me, ...target, block_id: block.block_id ?? "", action, state: values })),
    options: (block, element, value) => api.options({ as: names.me, ...optionsTarget, action_id: element.action_id, block_id: block.block_id, value }),
    remember: (name, value) => (value === null ? sessionStorage.removeItem(memory(names, key, name)) : sessionStorage.setItem(memory(names, key, name), value)),
    remembered: (name) => sessionStorage.getItem(memory(names, key, name)),
  };
}

const memory = (names, key, name) => `pressed ${names.me} ${key} ${name}`;
