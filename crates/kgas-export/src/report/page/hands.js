// Mouse, touch and keys on the graph.
const hands = { pointers: new Map(), node: -1, hasMoved: false, pinch: 0, isEntering: false };

function nodeAt(x, y) {
  let [best, least] = [-1, Infinity];
  for (let node = 0; node < entities.length; node += 1) {
    if (!isVisible(node)) continue;
    const [nx, ny] = onScreen(node);
    const distance = Math.hypot(nx - x, ny - y);
    if (distance < Math.max(radiusOf(node) + 3, 9) && distance < least) [best, least] = [node, distance];
  }
  return best;
}

function useHands(canvas) {
  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, up);
  canvas.addEventListener("pointerleave", () => hover(-1));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const size = event.deltaMode === 1 ? 16 : 1;
    zoomAt(event.offsetX, event.offsetY, Math.exp(-event.deltaY * size * (event.ctrlKey ? 0.01 : 0.0015)));
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => zoomAt(event.offsetX, event.offsetY, 1.8));
  canvas.addEventListener("keydown", press);
}

function down(event) {
  scene.canvas.setPointerCapture(event.pointerId);
  hands.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
  hands.pinch = apart();
  if (hands.pointers.size > 1) {
    hands.node = -1;
    hands.hasMoved = true;
    return;
  }
  hands.node = nodeAt(event.offsetX, event.offsetY);
  hands.hasMoved = false;
}

/** How far two fingers are apart. */
function apart() {
  const [one, other] = [...hands.pointers.values()];
  return other ? Math.hypot(one[0] - other[0], one[1] - other[1]) : 0;
}

function move(event) {
  const last = hands.pointers.get(event.pointerId);
  const [x, y] = [event.offsetX, event.offsetY];
  if (!last) {
    hover(nodeAt(x, y));
    return;
  }
  if (!hands.hasMoved && Math.hypot(x - last[0], y - last[1]) < 4) return;
  hands.hasMoved = true;
  hands.pointers.set(event.pointerId, [x, y]);
  if (hands.pointers.size === 2) {
    const [one, other] = [...hands.pointers.values()];
    const now = apart();
    if (hands.pinch > 0 && now > 0) zoomAt((one[0] + other[0]) / 2, (one[1] + other[1]) / 2, now / hands.pinch);
    hands.pinch = now;
  } else if (hands.node >= 0) drag(x, y);
  else {
    scene.x += x - last[0];
    scene.y += y - last[1];
    scene.isFitted = false;
    redraw();
  }
}

/** The node goes with the hand, and what hangs on it follows. */
function drag(x, y) {
  layout.x[hands.node] = (x - scene.x) / scene.zoom;
  layout.y[hands.node] = (y - scene.y) / scene.zoom;
  layout.held = hands.node;
  scene.isFitted = false;
  redraw();
  if (!isStill() && layout.degree[hands.node] > 0) {
    layout.alpha = Math.max(layout.alpha, 0.12);
    arrange();
  }
}

function up(event) {
  const wasOne = hands.pointers.size === 1;
  hands.pointers.delete(event.pointerId);
  hands.pinch = apart();
  if (layout.held >= 0) layout.held = -1;
  if (!wasOne || hands.hasMoved || event.type === "pointercancel") return;
  if (hands.node >= 0) {
    select(hands.node, false);
    location.hash = `#graph&entity=${encodeURIComponent(entities[hands.node].id)}`;
  } else {
    select(-1);
    if (!$("panel").hidden) leavePanel();
  }
}

function hover(node) {
  if (node === scene.hovered) return;
  scene.hovered = node;
  scene.canvas.style.cursor = node >= 0 ? "pointer" : "grab";
  scene.canvas.title = node >= 0 ? `${entities[node].name} (${entities[node].type})` : "";
  redraw();
}

const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function press(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const middle = [scene.width / 2, scene.height / 2];
  const arrow = ARROWS[event.key];
  if (arrow && event.shiftKey) {
    scene.x -= arrow[0] * 60;
    scene.y -= arrow[1] * 60;
    scene.isFitted = false;
    redraw();
  } else if (arrow) walkTo(arrow);
  else if (event.key === "+" || event.key === "=") zoomAt(...middle, 1.3);
  else if (event.key === "-" || event.key === "−") zoomAt(...middle, 1 / 1.3);
  else if (event.key === "0") fit(true);
  else if (event.key === "Enter" && scene.selected >= 0) open(scene.selected);
  else if (event.key === "Escape" && $("panel").hidden && scene.selected >= 0) {
    select(-1);
    say("Nothing is selected.");
  } else return;
  event.preventDefault();
}

/** Opens a node's details, and goes there. */
function open(node) {
  const hash = `#graph&entity=${encodeURIComponent(entities[node].id)}`;
  if (location.hash === hash) {
    $("panel").querySelector("h2").focus();
    return;
  }
  hands.isEntering = true;
  location.hash = hash;
}

/** To the neighbour that lies that way; where there is none, to the nearest node that does. */
function walkTo([dx, dy]) {
  const start = scene.selected >= 0 ? scene.selected : scene.byWeight.find(isVisible);
  if (start === undefined) return;
  if (scene.selected < 0) {
    select(start, true);
    return;
  }
  const nearest = (nodes, cone) => {
    let [best, least] = [-1, Infinity];
    for (const node of nodes) {
      if (node === start || !isVisible(node)) continue;
      const [x, y] = [layout.x[node] - layout.x[start], layout.y[node] - layout.y[start]];
      const length = Math.hypot(x, y) || 1e-6;
      const cosine = (x * dx + y * dy) / length;
      if (cosine < cone) continue;
      const cost = length * (2 - cosine);
      if (cost < least) [best, least] = [node, cost];
    }
    return best;
  };
  const connected = nearest(neighbours(start), 0.45);
  const to = connected >= 0 ? connected : nearest(scene.byWeight, 0.7);
  if (to < 0) {
    say("There is nothing that way.");
    return;
  }
  const edge = scene.edges.find(([from, end]) => (from === start && end === to) || (from === to && end === start));
  const how = edge ? (edge[0] === start ? edge[2].type : `${edge[2].type}, from`) : "not connected";
  select(to, isOut(to), how);
}

/** Whether a node is out of sight. */
function isOut(node) {
  const [x, y] = onScreen(node);
  return x < 40 || y < 40 || x > scene.width - 40 || y > scene.height - 40;
}
