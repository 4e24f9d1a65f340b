// Details of an entity or a relation, beside what the reader was at.
const PLACES = 20;
let opener = null;

function showPanel(byReader) {
  const panel = $("panel");
  const one = place.entity || place.relation;
  if (!one) {
    const hadFocus = panel.contains(document.activeElement);
    panel.hidden = true;
    cover(false);
    if (hadFocus && opener) (opener.isConnected && opener.offsetParent ? opener : $("main")).focus();
    opener = null;
    return;
  }
  const from = document.activeElement;
  if (panel.hidden || !panel.contains(from)) opener = from === document.body ? null : from;
  const content = place.entity ? aboutEntity(one) : aboutRelation(one);
  panel.replaceChildren(h("button", { type: "button", class: "close", "aria-label": "Close details", onclick: leavePanel }, "✕"), ...content);
  panel.scrollTop = 0;
  panel.hidden = false;
  cover(matchMedia("(max-width: 30rem)").matches);
  // Who walks through the drawing stays in it.
  if (byReader && !(from && from.id === "canvas" && !hands.isEntering)) panel.querySelector("h2").focus({ preventScroll: true });
}

/** Where the panel covers all, nothing beneath it can be reached. */
function cover(isWhole) {
  for (const one of document.querySelectorAll(".top, main")) one.inert = isWhole;
}

/** The first of many, and a button that shows the others. */
function some(items, row, what) {
  const list = h("ul", { class: "places" }, items.slice(0, PLACES).map(row));
  const rest = items.length - PLACES;
  if (rest <= 0) return [list];
  const more = h("button", { type: "button", onclick: () => {
    const rows = items.slice(PLACES).map(row);
    list.append(...rows);
    more.remove();
    rows[0].querySelector("a").focus();
  } }, `Show ${count(rest)} more ${what}`);
  return [list, more];
}

function aboutEntity(entity) {
  const values = entity.out.filter((relation) => relation.object === null);
  const ends = [
    ...entity.out.filter((relation) => relation.object !== null).map((relation) => [relation, entities[relation.object], true]),
    ...entity.in.map((relation) => [relation, entities[relation.subject], false]),
  ];
  const properties = Object.entries(entity.properties).map(([name, all]) => fact(name, all.map((one, at) => [at ? "; " : "", worth(one)]).flat()));
  const ofValues = values.map((relation) => fact(relation.type, [link(toRelation(relation), worth(relation))]));
  const without = entity.total - entity.mentions.length;
  return [
    h("p", { class: "kind" }, typeTag(entity.type), h("span", { class: "dim" }, ` · entity · confidence ${confidence(entity.confidence)}`)),
    h("h2", { tabindex: "-1" }, entity.name),
    entity.aliases.length ? h("p", { class: "dim" }, `Also ${entity.aliases.join(", ")}`) : "",
    place.view === "graph" ? "" : h("p", { class: "actions" }, link(`#graph&entity=${encodeURIComponent(entity.id)}`, "Show in the graph", { class: "button" })),
    properties.length || ofValues.length ? h("dl", { class: "facts" }, properties, ofValues) : "",
    entity.merged.length ? h("div", null, h("h3", null, "Merged from"),
      h("ul", null, entity.merged.map(([type, name, by]) => h("li", null, `${name} (${type}), by ${by}`)))) : "",
    h("h3", null, `Relations (${count(ends.length)})`),
    ...(ends.length ? some(ends, edgeRow, "relations") : [h("p", { class: "dim" }, "None to other entities.")]),
    h("h3", null, `Mentions (${count(entity.total)})`),
    ...some(entity.mentions, (spot) => h("li", null, context(spot), source(spot)), "mentions"),
    without > 0 ? h("p", { class: "dim" }, `and ${count(without)} more in documents whose texts this page doesn't have`) : "",
    h("p", { class: "dim id" }, "id ", h("code", null, entity.id)),
  ].filter((part) => part !== "");
}

function edgeRow([relation, other, isOut]) {
  const arrow = h("span", { "aria-hidden": "true", class: "dim" }, isOut ? "→ " : "← ");
  return h("li", { class: "edge" },
    arrow, link(toRelation(relation), relation.type, { "aria-label": `${statement(relation)}: evidence` }), " ",
    h("span", { class: "unseen" }, isOut ? "to " : "from "),
    link(place.view === "graph" ? `#graph&entity=${encodeURIComponent(other.id)}` : toEntity(other), other.name, { class: "other" }), " ", typeTag(other.type));
}

function aboutRelation(relation) {
  const subject = entities[relation.subject];
  const object = relation.object === null ? null : entities[relation.object];
  const end = (entity) => h("span", { class: "end" }, link(toEntity(entity), entity.name), typeTag(entity.type));
  const without = relation.total - relation.evidence.length;
  return [
    h("p", { class: "kind dim" }, `relation · confidence ${confidence(relation.confidence)}`),
    h("h2", { tabindex: "-1" }, relation.type, h("span", { class: "unseen" }, `: ${statement(relation)}`)),
    h("p", { class: "triple" }, end(subject), h("span", { class: "arrow" }, h("span", { "aria-hidden": "true" }, "↓ "), relation.type),
      object ? end(object) : h("span", { class: "end" }, worth(relation))),
    h("h3", null, `Evidence (${count(relation.total)})`),
    ...some(relation.evidence, (spot) => h("li", { class: "evidence" }, context(spot), source(spot)), "pieces"),
    without > 0 ? h("p", { class: "dim" }, `and ${count(without)} more in documents whose texts this page doesn't have`) : "",
    h("p", { class: "dim id" }, "id ", h("code", null, relation.id)),
  ].filter((part) => part !== "");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !$("panel").hidden && !event.defaultPrevented) {
    event.preventDefault();
    leavePanel();
  }
});
