// How the graph looks: edges, shapes by type, and as many names as there is room for.
const LABELS = 70;
const ALWAYS = 28;
/** The most connected, whose names may cover lesser nodes; and nodes beyond which all names may. */
const FIRST = 12;
const CROWD = 400;
const colours = { types: [] };

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  Object.assign(colours, { paper: of("--paper"), ink: of("--ink"), dim: of("--dim"), edge: of("--edge"), accent: of("--accent") });
  colours.types = Array.from({ length: 8 }, (_, at) => of(`--c${at}`));
}

/** Sides of a polygon, and by how much it is turned, for the shapes that are polygons. */
const POLYGONS = { 1: [4, Math.PI / 4, 1.15], 2: [3, -Math.PI / 2, 1.3], 3: [4, 0, 1.25], 4: [3, Math.PI / 2, 1.3], 5: [5, -Math.PI / 2, 1.15] };

function trace(pen, shape, x, y, radius) {
  if (POLYGONS[shape]) {
    const [sides, turn, scale] = POLYGONS[shape];
    for (let corner = 0; corner < sides; corner += 1) {
      const angle = turn + (corner * 2 * Math.PI) / sides;
      const [px, py] = [x + radius * scale * Math.cos(angle), y + radius * scale * Math.sin(angle)];
      if (corner === 0) pen.moveTo(px, py);
      else pen.lineTo(px, py);
    }
    pen.closePath();
  } else if (shape === 6) {
    const [arm, thick] = [radius * 1.1, radius * 0.75];
    pen.rect(x - arm, y - thick / 2, 2 * arm, thick);
    pen.rect(x - thick / 2, y - arm, thick, 2 * arm);
  } else {
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, 2 * Math.PI);
  }
}

/** A node's radius on the screen. */
const radiusOf = (node) => Math.max(1.6, Math.min(15, 3.2 + 1.5 * Math.sqrt(entities[node].edges)) * Math.min(1.6, Math.sqrt(scene.zoom)));
const onScreen = (node) => [layout.x[node] * scene.zoom + scene.x, layout.y[node] * scene.zoom + scene.y];

function drawGraph() {
  const pen = scene.pen;
  const { width, height, ratio } = scene;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const near = scene.selected >= 0 ? neighbours(scene.selected) : scene.hovered >= 0 ? neighbours(scene.hovered) : null;
  const centre = scene.selected >= 0 ? scene.selected : scene.hovered;
  drawEdges(pen, near, centre);
  const groups = new Map();
  for (let node = 0; node < entities.length; node += 1) {
    if (!isVisible(node)) continue;
    const [x, y] = onScreen(node);
    if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue;
    const isDim = near !== null && node !== centre && !near.has(node);
    const key = lookOf(entities[node].type).colour + (isDim ? 0 : 8);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push([node, x, y]);
  }
  for (const [key, some] of [...groups].sort(([one], [other]) => one - other)) drawNodes(pen, key, some);
  if (centre >= 0 && isVisible(centre)) ringAround(pen, centre);
  const seen = [...groups.values()].flat();
  drawLabels(pen, near, centre, seen.length > CROWD ? [] : seen.map(([node, x, y]) => boxAround(x, y, radiusOf(node))));
}

const boxAround = (x, y, radius) => [x - radius, y - radius, 2 * radius, 2 * radius];

function drawNodes(pen, key, some) {
  pen.globalAlpha = key < 8 ? 0.22 : 1;
  pen.fillStyle = colours.types[key % 8];
  pen.strokeStyle = colours.paper;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const [node, x, y] of some) trace(pen, lookOf(entities[node].type).shape, x, y, radiusOf(node));
  pen.fill();
  pen.stroke();
  pen.globalAlpha = 1;
}

function ringAround(pen, node) {
  const [x, y] = onScreen(node);
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(x, y, radiusOf(node) * 1.3 + 3, 0, 2 * Math.PI);
  pen.stroke();
}

function drawEdges(pen, near, centre) {
  const bright = [];
  pen.strokeStyle = colours.edge;
  pen.globalAlpha = near ? 0.25 : 1;
  pen.lineWidth = scene.zoom < 0.4 ? 0.6 : 1;
  pen.beginPath();
  for (const [from, to, relation] of scene.edges) {
    if (!isVisible(from) || !isVisible(to)) continue;
    if (near && (from === centre || to === centre)) {
      bright.push([from, to, relation]);
      continue;
    }
    const [[ax, ay], [bx, by]] = [onScreen(from), onScreen(to)];
    const { width, height } = scene;
    if ((ax < 0 && bx < 0) || (ay < 0 && by < 0) || (ax > width && bx > width) || (ay > height && by > height)) continue;
    pen.moveTo(ax, ay);
    pen.lineTo(bx, by);
  }
  pen.stroke();
  pen.globalAlpha = 1;
  if (bright.length) drawArrows(pen, bright);
}

/** The edges of the node that is looked at, with their directions. */
function drawArrows(pen, bright) {
  pen.strokeStyle = colours.dim;
  pen.fillStyle = colours.dim;
  pen.lineWidth = 1.5;
  for (const [from, to] of bright) {
    const [[ax, ay], [bx, by]] = [onScreen(from), onScreen(to)];
    const length = Math.hypot(bx - ax, by - ay);
    if (length < 1) continue;
    const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
    const gap = radiusOf(to) + 4;
    const [tx, ty] = [bx - ux * gap, by - uy * gap];
    pen.beginPath();
    pen.moveTo(ax, ay);
    pen.lineTo(tx, ty);
    pen.stroke();
    if (length < gap + 10) continue;
    pen.beginPath();
    pen.moveTo(tx, ty);
    pen.lineTo(tx - ux * 8 - uy * 4, ty - uy * 8 + ux * 4);
    pen.lineTo(tx - ux * 8 + uy * 4, ty - uy * 8 - ux * 4);
    pen.fill();
  }
}

/** Boxes that are taken on the screen by names, and by `nodes`, which names keep off where they can. */
function room(nodes) {
  const names = [];
  const isClear = (taken, [left, top, width, height]) =>
    taken.every(([l, t, w, h]) => left + width < l || l + w < left || top + height < t || t + h < top);
  return (boxes, mayCover) => {
    const clear = boxes.filter((box) => isClear(names, box));
    const found = clear.find((box) => isClear(nodes, box)) || (mayCover ? clear[0] : undefined);
    if (found) names.push(found);
    return found;
  };
}

const shorten = (text) => (text.length > 32 ? `${text.slice(0, 30)}…` : text).replace(/\s+/g, " ");

function drawLabels(pen, near, centre, nodes) {
  const place = room(nodes);
  let left = LABELS;
  pen.lineJoin = "round";
  pen.textBaseline = "middle";
  const label = (node, size, weight, rank) => {
    const [x, y] = onScreen(node);
    if (x < 0 || y < 0 || x > scene.width || y > scene.height) return;
    pen.font = `${weight} ${size}px system-ui, sans-serif`;
    const text = shorten(entities[node].name);
    const width = pen.measureText(text).width;
    const gap = radiusOf(node) + 5;
    const [right, before] = [x + gap, x - gap - width];
    const sides = right + width > scene.width ? [before] : before < 0 ? [right] : [right, before];
    const boxes = sides.map((from) => [from - 2, y - size / 2 - 1, width + 4, size + 2]);
    const found = place(boxes, rank <= FIRST) || (rank === 0 ? boxes[0] : null);
    if (!found) return;
    put(pen, text, found[0] + 2, y, colours.ink);
    left -= 1;
  };
  if (centre >= 0 && isVisible(centre)) label(centre, 14, 600, 0);
  if (near && centre >= 0) edgeNames(pen, place, centre);
  let rank = 0;
  for (const node of scene.byWeight) {
    if (left <= 0) break;
    if (!isVisible(node) || node === centre || (near && !near.has(node))) continue;
    rank += 1;
    if (!near && rank > ALWAYS && radiusOf(node) < 4 && scene.zoom < 1.4) continue;
    label(node, 12, 400, near ? 1 : rank);
  }
}

function put(pen, text, x, y, colour) {
  pen.strokeStyle = colours.paper;
  pen.lineWidth = 4;
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

/** The names of the edges of the node that is looked at, where they fit. */
function edgeNames(pen, place, centre) {
  const edges = scene.edges.filter(([from, to]) => (from === centre || to === centre) && isVisible(from) && isVisible(to));
  if (edges.length > 30) return;
  pen.font = "italic 400 11px system-ui, sans-serif";
  for (const [from, to, relation] of edges) {
    const [[ax, ay], [bx, by]] = [onScreen(from), onScreen(to)];
    const text = shorten(relation.type);
    const width = pen.measureText(text).width;
    if (Math.hypot(bx - ax, by - ay) < width + 20) continue;
    const [x, y] = [(ax + bx) / 2 - width / 2, (ay + by) / 2];
    if (place([[x - 2, y - 7, width + 4, 14]], true)) put(pen, text, x, y, colours.dim);
  }
}
