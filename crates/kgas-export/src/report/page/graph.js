// The graph's view: what is seen of it, what is selected, and the search for a node.
let layout = null;
const scene = {
  canvas: null, pen: null, width: 0, height: 0, ratio: 1,
  zoom: 1, x: 0, y: 0, selected: -1, hovered: -1, edges: [], byWeight: [], hidden: new Set(), isFitted: true, frame: 0,
};
const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const isVisible = (node) => !scene.hidden.has(entities[node].type);

const nearOf = new Map();
function neighbours(node) {
  if (!nearOf.has(node)) {
    const { out, in: into } = entities[node];
    const ends = [...out.filter((relation) => relation.object !== null).map((relation) => relation.object), ...into.map((relation) => relation.subject)];
    nearOf.set(node, new Set(ends));
  }
  return nearOf.get(node);
}

onFirst.graph = (section) => {
  const canvas = h("canvas", { id: "canvas", tabindex: "0", role: "application", "aria-label": "Graph of entities and relations",
    "aria-roledescription": "graph", "aria-describedby": "graph-help" });
  const busy = h("p", { id: "busy", class: "busy", hidden: true }, "Arranging…");
  section.append(tools(), h("div", { class: "stage" }, canvas, busy, typesLegend()),
    h("p", { id: "graph-help", class: "help" },
      "Arrow keys go from node to node, Enter opens details, + and − zoom, 0 shows all, Shift with arrows moves the view, Escape lets go. ",
      "The same facts are in the tables of ", link("#entities", "Entities"), " and ", link("#relations", "Relations"), "."));
  scene.canvas = canvas;
  scene.pen = canvas.getContext("2d");
  scene.edges = relations.filter((relation) => relation.object !== null).map((relation) => [relation.subject, relation.object, relation]);
  scene.byWeight = entities.map((entity) => entity.at).sort((one, other) =>
    entities[other].edges - entities[one].edges || entities[other].total - entities[one].total || one - other);
  // A telephone that is held upright has more room below than beside.
  const isUpright = canvas.clientHeight > canvas.clientWidth;
  layout = layoutOf(entities.length, scene.edges, isUpright ? 1 / FORCES.wide : FORCES.wide);
  useHands(canvas);
  new ResizeObserver(resize).observe(canvas);
  readColours();
  arrange();
};

onShow.graph = () => {
  readColours();
  resize();
  if (place.entity && place.entity.at !== scene.selected) select(place.entity.at, true);
  redraw();
};

function tools() {
  const found = h("ul", { class: "found", id: "found", hidden: true });
  const input = h("input", { type: "search", id: "graph-search", autocomplete: "off", spellcheck: "false", "aria-controls": "found",
    oninput: () => listFound(input.value), onkeydown: (event) => {
      const first = found.querySelector("button");
      if (event.key === "ArrowDown" && first) first.focus();
      else if (event.key === "Enter" && first) first.click();
      else if (event.key === "Escape" && !found.hidden) found.hidden = true;
      else return;
      event.preventDefault();
    } });
  found.addEventListener("keydown", (event) => {
    const item = event.target.closest("li");
    const to = event.key === "ArrowDown" ? item.nextSibling : event.key === "ArrowUp" ? item.previousSibling : null;
    if (event.key === "Escape") found.hidden = true;
    if (event.key === "Escape" || (event.key === "ArrowUp" && !to)) input.focus();
    else if (to) to.firstChild.focus();
    else return;
    event.preventDefault();
  });
  const button = (text, name, act) => h("button", { type: "button", "aria-label": name, title: name, onclick: act }, text);
  const middle = (by) => () => zoomAt(scene.width / 2, scene.height / 2, by);
  return h("div", { class: "tools" },
    h("div", { class: "finder" }, h("label", { class: "field" }, h("span", null, "Find"), input), found),
    h("div", { class: "buttons", role: "group", "aria-label": "Zoom" },
      button("+", "Zoom in", middle(1.4)), button("−", "Zoom out", middle(1 / 1.4)), button("Fit", "Show all", () => fit(true))));
}

function listFound(text) {
  const found = $("found");
  const wanted = folded(text.trim());
  const rank = (entity) => (folded(entity.name).startsWith(wanted) ? 0 : 1);
  const some = wanted ? entities.filter((entity) => entity.words.includes(wanted))
    .sort((one, other) => rank(one) - rank(other) || other.edges - one.edges || one.at - other.at).slice(0, 8) : [];
  found.replaceChildren(...some.map((entity) => h("li", null, h("button", { type: "button", onclick: () => {
    found.hidden = true;
    scene.hidden.delete(entity.type);
    scene.canvas.focus();
    select(entity.at, true);
  } }, entity.name, " ", typeTag(entity.type)))));
  found.hidden = !some.length;
  if (wanted) say(some.length ? `${counted(some.length, "name", "names")}: ${some.map((entity) => entity.name).join(", ")}` : "No entity has this name.");
}

/** The types with their colours and shapes; each can be hidden. */
function typesLegend() {
  return h("details", { class: "types", open: innerWidth > 700 }, h("summary", null, "Types"),
    h("fieldset", null, h("legend", { class: "unseen" }, "Types to show"),
      types.map(([type, number]) => h("label", { class: "check" },
        h("input", { type: "checkbox", checked: true, onchange: (event) => {
          if (event.target.checked) scene.hidden.delete(type);
          else scene.hidden.add(type);
          redraw();
        } }), typeTag(type), h("span", { class: "dim count" }, count(number))))));
}

/** Nodes from which on drawing takes so long that most pictures of the way are left out. */
const MANY = 1500;

/** Takes steps until nothing moves any more, a few milliseconds at a time. Where motion isn't wanted, only the end is shown. */
function arrange() {
  if (scene.isArranging) return;
  scene.isArranging = true;
  const still = isStill();
  const pause = entities.length > MANY ? 400 : 0;
  let drawn = performance.now();
  const slice = () => {
    const until = performance.now() + (still || pause ? 30 : 12);
    do layout.step(); while (!layout.isSettled() && performance.now() < until);
    const isDone = layout.isSettled();
    $("busy").hidden = isDone || entities.length < 200;
    const isSeen = isDone || (!still && performance.now() - drawn >= pause);
    if (isSeen) {
      drawn = performance.now();
      if (scene.isFitted) fit(false);
      redraw();
    }
    if (!isDone) {
      if (isSeen) requestAnimationFrame(slice);
      else setTimeout(slice);
      return;
    }
    scene.isArranging = false;
    scene.canvas.dataset.settled = "true";
    if (scene.selected >= 0 && scene.isFitted) focusOn(scene.selected);
  };
  slice();
}

function redraw() {
  if (scene.frame || $("view-graph").hidden) return;
  scene.frame = requestAnimationFrame(() => {
    scene.frame = 0;
    drawGraph();
  });
}

function resize() {
  const { canvas } = scene;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width || (width === scene.width && height === scene.height && scene.ratio === devicePixelRatio)) return;
  scene.x += (width - scene.width) / 2;
  scene.y += (height - scene.height) / 2;
  Object.assign(scene, { width, height, ratio: devicePixelRatio || 1 });
  canvas.width = Math.round(width * scene.ratio);
  canvas.height = Math.round(height * scene.ratio);
  if (scene.isFitted) fit(false);
  drawGraph();
}

/** All nodes in sight. */
function fit(byReader) {
  if (!scene.width || !entities.length) return;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let node = 0; node < entities.length; node += 1) {
    if (!isVisible(node)) continue;
    left = Math.min(left, layout.x[node]);
    right = Math.max(right, layout.x[node]);
    top = Math.min(top, layout.y[node]);
    bottom = Math.max(bottom, layout.y[node]);
  }
  if (left > right) return;
  const margin = Math.min(56, scene.width / 8);
  scene.zoom = Math.min(2, (scene.width - 2 * margin) / Math.max(1, right - left), (scene.height - 2 * margin) / Math.max(1, bottom - top));
  scene.x = scene.width / 2 - ((left + right) / 2) * scene.zoom;
  scene.y = scene.height / 2 - ((top + bottom) / 2) * scene.zoom;
  scene.isFitted = true;
  redraw();
  if (byReader) say("All of the graph is in view.");
}

function zoomAt(x, y, by) {
  const zoom = Math.max(0.02, Math.min(8, scene.zoom * by));
  scene.x = x - ((x - scene.x) * zoom) / scene.zoom;
  scene.y = y - ((y - scene.y) * zoom) / scene.zoom;
  scene.zoom = zoom;
  scene.isFitted = false;
  redraw();
}

function focusOn(node) {
  scene.zoom = Math.max(scene.zoom, 1.1);
  scene.x = scene.width / 2 - layout.x[node] * scene.zoom;
  scene.y = scene.height / 2 - layout.y[node] * scene.zoom;
  scene.isFitted = false;
  redraw();
}

/** Selects a node and says what it is; `how` tells by what it was reached. */
function select(node, isFar, how) {
  scene.selected = node;
  scene.canvas.dataset.selected = node >= 0 ? entities[node].id : "";
  if (node >= 0) {
    const { name, type, edges } = entities[node];
    if (isFar && !scene.isArranging) focusOn(node);
    say(`${how ? `${how}: ` : ""}${name}, ${type}, ${counted(edges, "relation", "relations")}`);
  }
  redraw();
}
