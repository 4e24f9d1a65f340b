// Elements and words. What the graph says goes in as text, never as markup.
const $ = (id) => document.getElementById(id);

/** An element with attributes (`on…` are listeners, `class` is the class), and children that are elements or text. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const whole = new Intl.NumberFormat("en");
const count = (number) => whole.format(number || 0);
const counted = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;
const share = (part, all) => (all > 0 ? part / all : 0);

/** 0.9 as people read it. */
const confidence = (number) => (Math.round(number * 100) / 100).toFixed(2);

function duration(seconds) {
  if (!(seconds >= 0)) return "unknown";
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function money(usd) {
  if (usd === null || usd === undefined) return "no price known";
  return `$${usd.toFixed(usd !== 0 && usd < 0.1 ? 4 : 2)}`;
}

const day = (unix) =>
  new Date(unix * 1000).toISOString().replace("T", " ").slice(0, 16) + " UTC";

/** `not_in_text` in words. */
const words = (name) => name.replaceAll("_", " ");

/** Says something to those who can't see it. */
function say(text) {
  const said = $("said");
  // The same words again would not be read again.
  said.textContent = said.textContent === text ? `${text}\u00a0` : text;
}

/** A bar of one share; the number beside it says the same. */
function bar(part, all, kind) {
  const fill = h("span", { class: `fill ${kind || ""}` });
  fill.style.width = `${Math.round(share(part, all) * 1000) / 10}%`;
  return h("span", { class: "bar", "aria-hidden": "true" }, fill);
}

/** A table: heads are texts, or pairs of a text and a class. */
function table(caption, heads, rows) {
  const head = ([text, kind]) => h("th", { scope: "col", class: kind }, text);
  const cells = (row) => row.map((cell, at) => {
    const kind = heads[at][1];
    return at === 0 ? h("th", { scope: "row", class: kind }, cell) : h("td", { class: kind }, cell);
  });
  return h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
    h("table", null,
      h("caption", null, caption),
      h("thead", null, h("tr", null, heads.map(head))),
      h("tbody", null, rows.map((row) => h("tr", null, cells(row))))));
}

const SHAPES = ["●", "■", "▲", "◆", "▼", "⬟", "✚"];

/** A type with its colour and its shape. */
function typeTag(type) {
  const look = lookOf(type);
  return h("span", { class: "type" }, h("span", { class: `mark c${look.colour}`, "aria-hidden": "true" }, SHAPES[look.shape]), type);
}

const link = (hash, text, more) => h("a", { href: hash, ...more }, text);
