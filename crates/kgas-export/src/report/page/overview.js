// The overview: what is in the graph, how much of the documents it covers, and what it took.
const LISTED = 8;
const counts = summary.counts || {};
const coverage = summary.coverage || {};
const run = summary.run || {};
const sum = (object) => Object.values(object || {}).reduce((all, number) => all + number, 0);

/** The state in a word, in a sentence, and as a kind for its colour and sign. */
function stateInWords() {
  const why = run.stopped_by ? `: ${run.stopped_by}` : "";
  switch (summary.state) {
    case "complete": return ["Complete", "Every part of every document was dealt with.", "good"];
    case "incomplete": return ["Incomplete", `${missingInWords()}.`, "warn"];
    case "interrupted": return ["Interrupted", `The run was stopped by its user${why}.`, "bad"];
    case "stopped": return ["Stopped", `The run was stopped${why}.`, "bad"];
    default: return ["State unknown", "The summary doesn't say how the run ended.", "warn"];
  }
}

function missingInWords() {
  const of = counts.documents || {};
  const missing = [];
  if (of.partial) missing.push(`${counted(of.partial, "document is", "documents are")} read in part`);
  if (of.failed) missing.push(`${counted(of.failed, "document has", "documents have")} failed`);
  return missing.length ? missing.join(", ") : "Something is missing";
}

function fillHeader() {
  const [word, , kind] = stateInWords();
  const least = Math.min(...["documents", "chunks", "characters"].map((name) => coverage[name] ?? 100));
  $("state").className = `state ${kind}`;
  $("state").append(h("span", { class: "sign", "aria-hidden": "true" }), word,
    least < 100 ? h("span", { class: "dim" }, ` · ${least} % covered`) : "");
  const models = (summary.models || []).join(", ");
  const about = [
    `${counted(totals.entities, "entity", "entities")}, ${counted(totals.relations, "relation", "relations")}, ${counted(totals.documents, "document", "documents")}`,
    models || (summary.tools ? "by rules, no model" : null),
    run.started_unix ? day(run.started_unix) : null,
    run.kgas ? `kgas ${run.kgas}` : null,
  ];
  $("about").textContent = about.filter(Boolean).join("  ·  ");
}

function figure(number, one, many, hash) {
  return h("a", { class: "figure", href: hash }, h("strong", null, count(number)), h("span", null, number === 1 ? one : many));
}

/** A list of names with bars; each leads to what it counts. */
function ranking(title, entries, row, more) {
  const most = entries.length ? entries[0][1] : 0;
  const items = entries.slice(0, LISTED).map((entry) =>
    h("li", null, h("a", { href: row(entry).hash }, row(entry).name), bar(entry[1], most), h("span", { class: "count" }, count(entry[1]))));
  return h("section", { class: "card", "aria-label": title },
    h("h3", null, title),
    items.length ? h("ol", { class: "ranking" }, items) : h("p", { class: "dim" }, "None."),
    entries.length > LISTED ? h("p", { class: "dim" }, `and ${count(entries.length - LISTED)} more, in `, more) : null);
}

function covered(name, title, done, all) {
  const percent = coverage[name] ?? 100;
  const told = all === undefined ? `${percent} %` : `${percent} %: ${count(done)} of ${count(all)}`;
  return h("div", { class: "covered" }, h("dt", null, title), bar(percent, 100, percent < 100 ? "warn" : "good"), h("dd", null, told));
}

function coverageCard() {
  const ofDocuments = counts.documents || {};
  const ofChunks = counts.chunks || {};
  const done = [...DONE].reduce((all, state) => all + (ofChunks[state] || 0), 0);
  const [word, sentence, kind] = stateInWords();
  return h("section", { class: "card", "aria-label": "Coverage" },
    h("h3", null, "Coverage"),
    h("p", null, h("strong", { class: `verdict ${kind}` }, h("span", { class: "sign", "aria-hidden": "true" }), `${word}. `), sentence),
    h("dl", null,
      covered("documents", "Documents that are complete", ofDocuments.complete || 0, sum(ofDocuments)),
      covered("chunks", "Chunks dealt with, over all tools", done, sum(ofChunks)),
      covered("characters", "Characters in those chunks")));
}

/** What the page has no room for. */
function leftOut() {
  const told = [];
  const without = totals.entities - entities.length;
  const edges = totals.relations - relations.length;
  if (without > 0) told.push(`the ${counted(without, "entity", "entities")} named least`);
  if (edges > 0) told.push(`${counted(edges, "relation", "relations")} of these, or with the least evidence`);
  if (totals.texts_left_out > 0) told.push(`the texts of ${counted(totals.texts_left_out, "document", "documents")} that least was found in`);
  if (!told.length) return null;
  return h("p", { class: "notice" }, `To stay quick, this page leaves out ${told.join("; ")}. `,
    h("code", null, "kgas report OUT --documents N --text-mb N --entities N"), " makes room for more; the graph's own files have all.");
}

onFirst.overview = (section) => {
  const connected = entities.filter((entity) => entity.edges > 0)
    .sort((one, other) => other.edges - one.edges || one.at - other.at)
    .slice(0, LISTED).map((entity) => [entity, entity.edges]);
  section.append(
    h("div", { class: "figures" },
      figure(totals.entities, "entity", "entities", "#entities"),
      figure(totals.relations, "relation", "relations", "#relations"),
      figure(counts.mentions ?? entities.reduce((all, entity) => all + entity.total, 0), "mention", "mentions", "#documents"),
      figure(totals.documents, "document", "documents", "#documents")),
    leftOut() || "",
    h("div", { class: "cards" },
      ranking("Entities by type", types, ([type]) => ({ name: typeTag(type), hash: `#entities&type=${encodeURIComponent(type)}` }), link("#entities", "Entities")),
      ranking("Relations by type", relationTypes, ([type]) => ({ name: type, hash: `#relations&type=${encodeURIComponent(type)}` }), link("#relations", "Relations")),
      ranking("Most connected", connected, ([entity]) => ({ name: entity.name, hash: toEntity(entity) }))),
    h("div", { class: "cards two" }, coverageCard(), costCard()),
    incomplete() || "",
    rejections(),
    toolsTable() || "");
};
