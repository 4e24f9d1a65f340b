// The account: what was not kept and why, what is incomplete, and what each tool took.
const bought = run.bought || {};
const journal = run.journal || {};

function fact(name, told) {
  return h("div", { class: "fact" }, h("dt", null, name), h("dd", null, told));
}

function costCard() {
  const tokens = summary.tokens || {};
  const items = counts.items || {};
  const again = (bought.attempts || 0) - (bought.calls || 0);
  const isFree = !bought.calls && !journal.calls;
  return h("section", { class: "card", "aria-label": "Cost and time" },
    h("h3", null, "Cost and time"),
    h("dl", null,
      fact("Time of this run", duration(run.seconds)),
      fact("Spent in this run", isFree ? "nothing: no model was asked" : money(run.usd)),
      journal.calls ? fact("Saved by the journal", `${money(run.usd_saved)}, ${counted(journal.calls, "call", "calls")}`) : null,
      fact("Calls behind the graph", count(summary.calls) + (again > 0 ? `, and ${counted(again, "attempt", "attempts")} made again` : "")),
      fact("Tokens", `${count(tokens.prompt)} sent, ${count(tokens.completion)} received`),
      items.claimed === undefined ? null
        : fact("Items in answers", `${count(items.claimed)}: ${count(items.kept)} kept, ${count(items.rejected)} rejected`)));
}

/** The reasons, the most frequent first, each with what it means and what it was given for. */
function rejections() {
  const section = h("section", { class: "card", "aria-label": "Rejected" }, h("h3", null, "Rejected"));
  if (!DATA.rejected.length) {
    section.append(h("p", { class: "dim" }, "Nothing was rejected: all that was claimed stands in the documents and fits the ontology."));
    return section;
  }
  const most = DATA.rejected[0].count;
  const rows = DATA.rejected.map((reason) => [
    words(reason.reason),
    h("span", { class: "counted" }, bar(reason.count, most, "plain"), h("span", { class: "count" }, count(reason.count))),
    reason.means,
    h("details", null,
      h("summary", null, `${counted(reason.examples.length, "example", "examples")}`, h("span", { class: "unseen" }, ` of ${words(reason.reason)}`)),
      h("ul", { class: "examples" }, reason.examples.map(([document, tool, item]) =>
        h("li", null, h("code", null, item), h("span", { class: "dim" }, ` ${document}, ${tool}`))))),
  ]);
  section.append(h("p", null, "Each item of an answer is kept or listed with one reason. These are not in the graph."),
    table("Items that were not kept, by reason", [["Reason"], ["Items", "number"], ["It means"], ["Such as"]], rows));
  return section;
}

/** Documents of which something is missing. */
function incomplete() {
  const missing = documents.filter((one) => one.state !== "complete");
  if (!missing.length) return null;
  const rows = missing.slice(0, 100).map((one) => [link(toDocument(one), one.id), stateTag(one.state), troubleOf(one)]);
  return h("section", { class: "card", "aria-label": "Incomplete documents" },
    h("h3", null, "Incomplete documents"),
    table("Documents of which something is missing", [["Document"], ["State"], ["What is missing"]], rows),
    missing.length > rows.length ? h("p", { class: "dim" }, `and ${count(missing.length - rows.length)} more, in `, link("#documents", "Documents")) : null);
}

const SIGNS = { complete: "good", partial: "warn", failed: "bad" };
function stateTag(state) {
  return h("span", { class: `verdict ${SIGNS[state] || "warn"}` }, h("span", { class: "sign", "aria-hidden": "true" }), state);
}

function troubleOf(one) {
  if (one.error) return one.error;
  if (!one.troubles.length) return "";
  const [first] = one.troubles;
  const [index, tool, state, error] = first;
  const more = one.troubles.length - 1;
  return `chunk ${index}, ${tool}: ${state}${error ? `, ${error}` : ""}${more > 0 ? `; and ${counted(more, "more", "more")}` : ""}`;
}

/** What each tool did and took. */
function toolsTable() {
  const tools = summary.tools || [];
  if (!tools.length) return null;
  const rows = tools.map((tool) => {
    const took = (run.tools || {})[tool.id] || {};
    const calls = (took.bought?.calls || 0) + (took.journal?.calls || 0);
    const tokens = (name) => (took.bought?.[name] || 0) + (took.journal?.[name] || 0);
    const chunks = Object.entries(tool.chunks || {}).filter(([, number]) => number > 0);
    return [
      h("span", null, tool.id, h("span", { class: "dim" }, ` ${tool.version}`)),
      chunks.map(([state, number]) => `${count(number)} ${state}`).join(", ") || "none",
      count(tool.kept),
      count(sum(tool.rejected)),
      count(calls),
      `${count(tokens("prompt"))} + ${count(tokens("completion"))}`,
      took.seconds === undefined ? "" : duration(took.seconds),
      calls > 0 ? money(took.usd) : "–",
    ];
  });
  const number = (name) => [name, "number"];
  return h("section", { class: "card", "aria-label": "Tools" },
    h("h3", null, "Tools"),
    table("What each tool did and took", [["Tool"], ["Chunks"], number("Kept"), number("Rejected"), number("Calls"), number("Tokens in + out"), number("Time, summed"), number("Spent")], rows));
}
