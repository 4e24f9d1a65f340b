// A text with its mentions marked, overlapping ones too.

/** The borders of all spans, in order, each once, between `from` and `to`. */
function borders(mentions, span, from, to) {
  const all = new Set([from, to]);
  const add = (at) => { if (at > from && at < to) all.add(at); };
  for (const { start, end } of mentions) { add(start); add(end); }
  if (span) span.forEach(add);
  return [...all].sort((one, other) => one - other);
}

/**
 * The text from `from` to `to` as elements. Each stretch leads to the shortest mention that it is part of, and names all
 * of them in `data-mentions`; `span` is what is quoted. A mention whose end others cover gets a link of its own there.
 */
function marked(text, mentions, { span, from = 0, to = text.length, labels = true }) {
  const some = mentions.map((mention, at) => ({ ...mention, at })).filter(({ start, end }) => end > from && start < to)
    .sort((one, other) => one.start - other.start || other.end - one.end || one.at - other.at);
  const cuts = borders(some, span, from, to);
  const isShown = new Set();
  const pieces = [];
  let [open, next] = [[], 0];
  for (let cut = 0; cut + 1 < cuts.length; cut += 1) {
    const [start, end] = [cuts[cut], cuts[cut + 1]];
    open = open.filter((mention) => mention.end > start);
    for (; next < some.length && some[next].start <= start; next += 1) {
      if (some[next].end > start) open.push(some[next]);
    }
    const said = text.slice(start, end);
    const inner = open.reduce((least, mention) => (!least || mention.end - mention.start < least.end - least.start ? mention : least), null);
    let piece = said;
    if (inner) {
      isShown.add(inner.at);
      piece = stretch(said, inner, open, labels && inner.end === end);
    }
    const isOver = (mention) => mention.end === end && mention !== inner;
    const covered = open.filter((mention) => isOver(mention) && (labels || !isShown.has(mention.at))).map((mention) => {
      isShown.add(mention.at);
      return stretch("", mention, [mention], true);
    });
    const isQuoted = span && start >= span[0] && end <= span[1];
    pieces.push(isQuoted ? h("mark", { class: "said" }, piece, covered) : [piece, ...covered]);
  }
  return pieces.flat();
}

function stretch(said, inner, open, isLabelled) {
  const { entity } = inner;
  const look = lookOf(entity.type);
  const title = open.map((mention) => `${mention.entity.type}: ${mention.entity.name}`).join("\n");
  return h("a", {
    class: `mention c${look.colour}${open.length > 1 ? " deep" : ""}${said ? "" : " covered"}`,
    href: `${toEntity(entity)}`,
    title,
    "data-mentions": open.map((mention) => mention.at).join(" "),
  }, said, isLabelled ? h("span", { class: "label" }, h("span", { "aria-hidden": "true" }, `${SHAPES[look.shape]} `), entity.type) : null);
}

const AROUND = 220;

/** A quote with what stands around it in its paragraph, and where it can be read whole. */
function context(spot) {
  if (!spot.s) return h("blockquote", null, h("mark", { class: "said" }, spot.q || ""));
  const { text, mentions } = documents[spot.d];
  const [start, end] = spot.s;
  let from = text.lastIndexOf("\n\n", Math.max(0, start - 1));
  from = from < 0 ? 0 : from + 2;
  let to = text.indexOf("\n\n", end);
  to = to < 0 ? text.length : to;
  const isCut = [start - from > AROUND, to - end > AROUND];
  if (isCut[0]) from = text.indexOf(" ", start - AROUND) + 1 || start - AROUND;
  if (isCut[1]) to = text.lastIndexOf(" ", end + AROUND);
  from = Math.min(from, start);
  to = Math.max(to, end);
  return h("blockquote", null, isCut[0] ? "… " : "", marked(text, mentions, { span: spot.s, from, to, labels: false }), isCut[1] ? " …" : "");
}

const MATCHES = {
  exact: "these very words",
  normalised: "these words, but for case, spaces, quotes or dashes",
  fuzzy: "nearly these words",
  none: "the text doesn't have these words",
};

const FLAGS = {
  confidence_missing: "no confidence was given",
  confidence_read: "the confidence was a word or a percentage",
  evidence_apart: "the quote names neither end",
  evidence_inferred: "the smallest span that holds both ends",
  other_occurrence: "the same words were claimed at another place",
  reversed: "said the other way round and turned",
  second_pass: "found when asked again",
  type_inferred: "its class was not said, and is the only one that fits",
  type_mapped: "its class or relation was a slip",
  ungrounded: "kept only because that was asked for",
};

/** Where a quote stands, and how it was found and checked. */
function source(spot) {
  const one = documents[spot.d];
  const checked = [MATCHES[spot.m] || spot.m, ...(spot.f || []).map((flag) => FLAGS[flag] || words(flag))];
  return h("p", { class: "source" },
    link(toDocument(one, spot.s), one.id),
    h("span", { class: "dim" }, ` · found by ${spot.t}${spot.c === undefined ? "" : ` with confidence ${confidence(spot.c)}`} · ${checked.join(" · ")}`),
    spot.s ? null : h("span", { class: "dim" }, ` · ${missingText(one)}`));
}

function missingText(one) {
  switch (one.missing) {
    case "left_out": return "the document's text was left out of this page";
    case "changed": return "the document has changed since, so that only quotes are shown";
    case "gone": return "the document can't be read any more, so that only quotes are shown";
    case "unknown": return "where the document came from isn't known any more, so that only quotes are shown";
    default: return one.text === null ? "the document could not be read" : "at no place in the text";
  }
}
