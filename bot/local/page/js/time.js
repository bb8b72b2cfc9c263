// Times of the workspace, as the person reads them whom one looks as: in their time zone, as Slack shows them.
// A Slack `ts` is seconds since 1970, in UTC, as text.

const DAY = 86_400_000;

export const dateOf = (ts) => new Date(Number.parseFloat(ts) * 1000);

const formats = new Map();
let zone; // undefined: the browser's

/** Shows times in a person's zone (an IANA name) from now on; a name that the browser does not know is the browser's own. */
export function useZone(name) {
  formats.clear();
  try {
    zone = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    zone = undefined;
  }
}

function formatOf(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en", { ...options, timeZone: zone }));
  return formats.get(key);
}

const format = (date, options) => formatOf(options).format(date);

const CLOCK = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** What calendar and clock show there: "2026-03-02T10:00", as a datetime-local input has it. */
export function wallTime(date) {
  const at = Object.fromEntries(formatOf(CLOCK).formatToParts(date).map(({ type, value }) => [type, value]));
  return `${at.year.padStart(4, "0")}-${at.month}-${at.day}T${at.hour}:${at.minute}`;
}

/** The moment at which they show that. */
export function momentOf(wall) {
  const asIfUtc = Date.parse(`${wall}Z`);
  const shiftAt = (moment) => Date.parse(`${wallTime(new Date(moment))}Z`) - moment;
  return new Date(asIfUtc - shiftAt(asIfUtc - shiftAt(asIfUtc))); // asked twice, for the days on which clocks change
}

export const zoneName = (date) => formatOf({ timeZoneName: "short" }).formatToParts(date).find(({ type }) => type === "timeZoneName")?.value ?? "";
export const isWeekend = (date) => ["Sat", "Sun"].includes(format(date, { weekday: "short" }));

export const timeOfDay = (date) => format(date, { hour: "numeric", minute: "2-digit" });
export const fullDate = (date) => format(date, { weekday: "long", month: "long", day: "numeric", year: "numeric" });
export const shortDate = (date) => format(date, { month: "short", day: "numeric", year: "numeric" });
export const dateAndTime = (date) => `${shortDate(date)} at ${timeOfDay(date)}`;

/** A day there, to compare days with: "2026-03-02". */
export const dayKey = (date) => wallTime(date).slice(0, 10);

/** "Today", "Yesterday", "Tomorrow", or the whole date. */
export function dayLabel(date, now) {
  for (const [shift, label] of [[0, "Today"], [-DAY, "Yesterday"], [DAY, "Tomorrow"]]) {
    if (dayKey(date) === dayKey(new Date(now.getTime() + shift))) return label;
  }
  const sameYear = dayKey(date).slice(0, 4) === dayKey(now).slice(0, 4);
  return format(date, { weekday: "long", month: "long", day: "numeric", ...(sameYear ? {} : { year: "numeric" }) });
}

/** "just now", "5 minutes ago", "3 days ago". */
export function ago(date, now) {
  const minutes = Math.round((now - date) / 60_000);
  if (minutes < 1) return "just now";
  for (const [size, unit] of [[1440, "day"], [60, "hour"], [1, "minute"]]) {
    const count = Math.floor(minutes / size);
    if (count) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

/** "12 days 3 hours": how far the clock was moved. Input in seconds. */
export function spanOf(seconds) {
  const hours = Math.round(Math.abs(seconds) / 3600);
  const parts = [[Math.floor(hours / 24), "day"], [hours % 24, "hour"]].filter(([count]) => count);
  return parts.map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ");
}

/** Slack's `<!date^ts^format^link|fallback>` tokens; "today" within a sentence. Unknown tokens stay as they are. */
export function slackDate(seconds, template, now, withinSentence = false) {
  const date = new Date(seconds * 1000);
  const label = dayLabel(date, now);
  const near = ["Today", "Yesterday", "Tomorrow"].includes(label);
  const relative = near && withinSentence ? label.toLowerCase() : label;
  const tokens = {
    date_num: dayKey(date),
    date: format(date, { month: "long", day: "numeric", year: "numeric" }),
    date_short: shortDate(date),
    date_long: fullDate(date),
    time: timeOfDay(date),
    time_secs: format(date, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
    day_divider_pretty: relative,
    ago: ago(date, now),
  };
  for (const name of ["date", "date_short", "date_long"]) tokens[`${name}_pretty`] = near ? relative : tokens[name];
  return template.replace(/\{(\w+)\}/g, (whole, name) => tokens[name] ?? whole);
}
