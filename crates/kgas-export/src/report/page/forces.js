// Where the nodes lie: a force layout whose repulsion is summed over a quadtree (Barnes and Hut), in steps.
const FORCES = { link: 40, repulsion: 90, reach: 500, gravity: 0.012, wide: 1.7, theta: 1, keep: 0.6, cooling: 0.026, coldest: 0.002 };
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/**
 * Nodes by their places in the list, with edges as pairs of them, so many times as wide as high. The same graph always gives
 * the same layout.
 */
function layoutOf(size, edges, wide = FORCES.wide) {
  const x = new Float64Array(size);
  const y = new Float64Array(size);
  const vx = new Float64Array(size);
  const vy = new Float64Array(size);
  const degree = new Uint32Array(size);
  for (const [from, to] of edges) {
    degree[from] += 1;
    degree[to] += 1;
  }
  const order = outward(size, edges, degree);
  const active = order.filter((node) => degree[node] > 0);
  const lone = order.filter((node) => degree[node] === 0);
  active.forEach((node, at) => {
    const radius = 14 * Math.sqrt(at + 0.5);
    x[node] = wide * radius * Math.cos(at * GOLDEN);
    y[node] = radius * Math.sin(at * GOLDEN);
  });
  const tree = treeOver(active, x, y);
  const [from, to] = [0, 1].map((end) => Int32Array.from(edges, (edge) => edge[end]));
  const layout = { x, y, degree, alpha: active.length > 1 ? 1 : 0, held: -1, step, isSettled: () => layout.alpha < FORCES.coldest };
  line();
  return layout;

  function step() {
    const { alpha } = layout;
    tree.build();
    const [across, down] = [FORCES.gravity / wide, FORCES.gravity * wide];
    for (const node of active) {
      tree.push(node);
      vx[node] += (tree.px * FORCES.repulsion - x[node] * across) * alpha;
      vy[node] += (tree.py * FORCES.repulsion - y[node] * down) * alpha;
    }
    for (let edge = 0; edge < edges.length; edge += 1) pull(from[edge], to[edge], alpha);
    for (const node of active) {
      vx[node] *= FORCES.keep;
      vy[node] *= FORCES.keep;
      if (node === layout.held) continue;
      x[node] += vx[node];
      y[node] += vy[node];
    }
    layout.alpha *= 1 - FORCES.cooling;
    if (layout.isSettled()) layout.alpha = 0;
    line();
  }

  /** An edge is a spring; the end with fewer edges moves more. */
  function pull(from, to, alpha) {
    if (from === to) return;
    const dx = x[to] + vx[to] - x[from] - vx[from] || 1e-6;
    const dy = y[to] + vy[to] - y[from] - vy[from];
    const length = Math.sqrt(dx * dx + dy * dy);
    const force = ((length - FORCES.link) / length) * alpha / Math.min(degree[from], degree[to]);
    const part = degree[from] / (degree[from] + degree[to]);
    vx[to] -= dx * force * part;
    vy[to] -= dy * force * part;
    vx[from] += dx * force * (1 - part);
    vy[from] += dy * force * (1 - part);
  }

  /** What has no edges lies in rows below the rest. */
  function line() {
    let [left, right, bottom] = [-120, 120, -40];
    for (const node of active) {
      left = Math.min(left, x[node]);
      right = Math.max(right, x[node]);
      bottom = Math.max(bottom, y[node]);
    }
    const inRow = Math.max(1, Math.floor((right - left) / 26));
    lone.forEach((node, at) => {
      const row = Math.floor(at / inRow);
      const some = Math.min(inRow, lone.length - row * inRow);
      x[node] = (left + right) / 2 + ((at % inRow) - (some - 1) / 2) * 26;
      y[node] = bottom + 60 + row * 26;
    });
  }
}

/** Nodes in the order in which they are reached, from the most connected of each part of the graph. */
function outward(size, edges, degree) {
  const around = Array.from({ length: size }, () => []);
  for (const [from, to] of edges) {
    around[from].push(to);
    around[to].push(from);
  }
  const starts = Array.from({ length: size }, (_, node) => node).sort((one, other) => degree[other] - degree[one] || one - other);
  const isSeen = new Uint8Array(size);
  const order = [];
  for (const start of starts) {
    if (isSeen[start]) continue;
    isSeen[start] = 1;
    let at = order.push(start) - 1;
    for (; at < order.length; at += 1) {
      for (const next of around[order[at]]) {
        if (!isSeen[next]) {
          isSeen[next] = 1;
          order.push(next);
        }
      }
    }
  }
  return order;
}

const DEEPEST = 32;

/** A quadtree over nodes, in arrays. A child is a cell, `-1` for none, or `-2 - node`. */
function treeOver(nodes, x, y) {
  const room = 8 * nodes.length + 8;
  const child = new Int32Array(4 * room);
  const [sumX, sumY, weight, width] = [0, 1, 2, 3].map(() => new Float64Array(room));
  const stack = new Int32Array(room);
  let cells = 0;

  function cell(size) {
    const at = cells;
    cells += 1;
    child.fill(-1, 4 * at, 4 * at + 4);
    [sumX[at], sumY[at], weight[at], width[at]] = [0, 0, 0, size];
    return at;
  }

  function build() {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const node of nodes) {
      left = Math.min(left, x[node]);
      right = Math.max(right, x[node]);
      top = Math.min(top, y[node]);
      bottom = Math.max(bottom, y[node]);
    }
    cells = 0;
    const size = Math.max(right - left, bottom - top, 1);
    cell(size);
    for (const node of nodes) insert(node, (left + right) / 2, (top + bottom) / 2, size / 2);
  }

  function insert(node, middleX, middleY, half) {
    let at = 0;
    for (let depth = 0; ; depth += 1) {
      sumX[at] += x[node];
      sumY[at] += y[node];
      weight[at] += 1;
      const isRight = x[node] >= middleX;
      const isLow = y[node] >= middleY;
      const slot = 4 * at + (isRight ? 1 : 0) + (isLow ? 2 : 0);
      const found = child[slot];
      if (found === -1) {
        child[slot] = -2 - node;
        return;
      }
      // Nodes in one place are one weight.
      if (depth === DEEPEST || cells === room) return;
      half /= 2;
      middleX += isRight ? half : -half;
      middleY += isLow ? half : -half;
      if (found >= 0) {
        at = found;
        continue;
      }
      const other = -2 - found;
      at = cell(2 * half);
      child[slot] = at;
      [sumX[at], sumY[at], weight[at]] = [x[other], y[other], 1];
      child[4 * at + (x[other] >= middleX ? 1 : 0) + (y[other] >= middleY ? 2 : 0)] = found;
    }
  }

  /** How all others push a node away, into `px` and `py`: what is far counts as one weight, what is very far not at all. */
  function push(node) {
    const [nx, ny] = [x[node], y[node]];
    let [px, py, depth] = [0, 0, 1];
    stack[0] = 0;
    while (depth > 0) {
      depth -= 1;
      const at = stack[depth];
      const other = -2 - at;
      if (other === node) continue;
      const mass = at < 0 ? 1 : weight[at];
      const dx = (at < 0 ? x[other] : sumX[at] / mass) - nx;
      const dy = (at < 0 ? y[other] : sumY[at] / mass) - ny;
      const square = Math.max(dx * dx + dy * dy, 4);
      const size = at < 0 ? 0 : width[at];
      if (size * size < FORCES.theta * FORCES.theta * square) {
        if (square > FORCES.reach * FORCES.reach) continue;
        px -= (dx * mass) / square;
        py -= (dy * mass) / square;
        continue;
      }
      for (let quarter = 4 * at; quarter < 4 * at + 4; quarter += 1) {
        if (child[quarter] !== -1) {
          stack[depth] = child[quarter];
          depth += 1;
        }
      }
    }
    tree.px = px;
    tree.py = py;
  }

  const tree = { build, push, px: 0, py: 0 };
  return tree;
}
