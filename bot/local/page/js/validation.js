// What Slack's client checks before a modal is sent. The server checks again.

const CHECKS = {
  number_input: numberError,
  email_text_input: (element, text) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? null : "Please enter a valid e-mail address."),
  url_text_input: (element, text) => (URL.canParse(text) ? null : "Please enter a valid address, such as https://example.com."),
  plain_text_input: (element, text) => (element.min_length && text.length < element.min_length ? `Please enter at least ${element.min_length} characters.` : null),
};

/** {block_id: sentence} for each input that cannot be sent as it is. */
export function fieldErrors(blocks, values) {
  const errors = {};
  for (const block of (blocks ?? []).filter((one) => one.type === "input")) {
    const element = block.element ?? {};
    const state = values[block.block_id]?.[element.action_id ?? element.type];
    const value = valueOf(state);
    const empty = value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
    const error = empty ? (block.optional ? null : "Please complete this required field.") : CHECKS[element.type]?.(element, String(value));
    if (error) errors[block.block_id] = error;
  }
  return errors;
}

function valueOf(state) {
  const key = Object.keys(state ?? {}).find((name) => name !== "type");
  return key ? state[key] : null;
}

function numberError(element, text) {
  const number = Number(text);
  if (!text.trim() || Number.isNaN(number)) return "Please enter a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Please enter a whole number.";
  if (element.min_value !== undefined && number < Number(element.min_value)) return `Please enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && number > Number(element.max_value)) return `Please enter ${element.max_value} or less.`;
  return null;
}
