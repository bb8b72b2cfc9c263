// The page's only way to the server over HTTP. Every failure becomes an ApiError with a sentence.

export class ApiError extends Error {}

async function call(path, options) {
  let response;
  try {
    response = await fetch(`/local/api/${path}`, options);
  } catch {
    throw new ApiError("The local workspace does not answer. Is `guidepost run` still running?");
  }
  const body = await response.json().catch(() => ({}));
  if (body && typeof body === "object" && body.error) throw new ApiError(sentence(body.error));
  if (!response.ok) throw new ApiError(`The local workspace answered ${response.status} to ${path}.`);
  return body;
}

const sentence = (error) => (typeof error === "string" ? error : (error.message ?? JSON.stringify(error)));

const get = (path, query) => call(`${path}?${new URLSearchParams(dropEmpty(query))}`);
const post = (path, body) =>
  call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(dropEmpty(body)) });

function dropEmpty(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
}

export const api = {
  bootstrap: (as, channel) => get("bootstrap", { as, channel }),
  messages: (as, channel, thread) => get("messages", { as, channel, thread }),
  post: (body) => post("post", body),
  edit: (body) => post("edit", body),
  remove: (body) => post("delete", body),
  react: (body) => post("react", body),
  command: (body) => post("command", body),
  action: (body) => post("action", body),
  submitView: (body) => post("view_submit", body),
  closeView: (body) => post("view_close", body),
  options: (body) => post("options", body),
  open: (body) => post("open", body),
  stopStream: (body) => post("stop_stream", body),
  shortcut: (body) => post("shortcut", body),
  faults: (wanted) => post("faults", wanted),
  disconnect: () => post("disconnect", {}),
  removeApp: () => post("remove_app", {}),
  advance: (advance_seconds) => post("clock", { advance_seconds }),
};
