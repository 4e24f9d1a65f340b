// Where the reader is: `#graph`, `#entity=ID`, `#relation=ID`, `#document=ID&from=1&to=2`.
const VIEWS = ["overview", "graph", "entities", "relations", "documents"];
const TITLES = { overview: "Overview", graph: "Graph", entities: "Entities", relations: "Relations", documents: "Documents" };
const place = { view: null, entity: null, relation: null, document: null, span: null };

/** What to do when a view is first shown, and when it is shown. */
const onFirst = {};
const onShow = {};

function parse(hash) {
  const fields = new Map();
  for (const part of hash.replace(/^#/, "").split("&")) {
    const [name, value] = part.split("=", 2);
    try {
      fields.set(name, decodeURIComponent(value || ""));
    } catch {
      fields.set(name, value);
    }
  }
  return fields;
}

/** Shows what the address names. What it doesn't name stays: details open over the view that is there. */
function follow(byReader) {
  const fields = parse(location.hash);
  const last = place.view;
  place.entity = entityOf.get(fields.get("entity")) || null;
  place.relation = relationOf.get(fields.get("relation")) || null;
  const wanted = VIEWS.find((view) => fields.has(view));
  const one = documentOf.get(fields.get("document"));
  if (one || wanted) place.span = null;
  if (one) {
    place.document = one;
    const [from, to] = [Number(fields.get("from")), Number(fields.get("to"))];
    if (fields.has("from") && to >= from) place.span = [from, to];
  } else if (wanted === "documents") place.document = null;
  const home = place.relation ? "relations" : place.entity ? "entities" : "overview";
  place.view = wanted || (one ? "documents" : last || home);
  const hasUnknown = !wanted && !one && !place.entity && !place.relation && location.hash.includes("=");
  showView(place.view, byReader && last !== place.view);
  showPanel(byReader);
  if (hasUnknown) say("The report has nothing of that name.");
}

function showView(view, moveFocus) {
  for (const name of VIEWS) {
    $(`view-${name}`).hidden = name !== view;
    const tab = document.querySelector(`[data-view=${name}]`);
    if (name === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  document.body.dataset.at = view;
  if (onFirst[view]) {
    const first = onFirst[view];
    delete onFirst[view];
    first($(`view-${view}`));
  }
  if (onShow[view]) onShow[view]();
  if (moveFocus) {
    window.scrollTo(0, 0);
    say(TITLES[view]);
  }
}

/** To where the panel was opened from. */
function leavePanel() {
  const back = place.document && place.view === "documents" ? toDocument(place.document, place.span) : `#${place.view}`;
  location.hash = back;
}
