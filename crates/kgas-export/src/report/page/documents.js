// The documents: a list, and the text of one with its mentions.
const reading = { labels: true, hidden: new Set() };

onFirst.documents = (section) => {
  const list = h("div", { id: "documents-list" });
  section.append(list, h("article", { id: "reader", "aria-labelledby": "reader-title", hidden: true }));
  lists.documents = longTable(list, {
    name: "documents",
    what: ["document", "documents"],
    rows: documents,
    kinds: tally(documents, (one) => one.state),
    kindName: "State",
    kindOf: (one) => one.state,
    matches: (one, words) => folded(one.id).includes(words) || (one.text !== null && folded(one.text).includes(words)),
    start: 4,
    columns: [
      { name: "Document", key: (one) => one.id, cell: (one) => link(toDocument(one), one.id) },
      { name: "State", key: (one) => one.state, cell: (one) => stateTag(one.state) },
      { name: "Text", key: (one) => (one.text === null ? 1 : 0), cell: (one) => (one.text === null ? words(one.missing || "not readable") : "shown") },
      { name: "Characters", kind: "number", key: (one) => one.characters || 0, cell: (one) => count(one.characters) },
      { name: "Mentions and evidence", kind: "number", key: (one) => one.places, cell: (one) => count(one.places) },
    ],
  });
};

onShow.documents = () => {
  const one = place.document;
  $("documents-list").hidden = one !== null;
  $("reader").hidden = one === null;
  $("documents-title").classList.toggle("unseen", one !== null);
  if (one === null) {
    if (!lists.documents.drawn) lists.documents.draw();
    lists.documents.drawn = true;
    return;
  }
  const key = JSON.stringify([one.id, place.span]);
  const isSame = $("reader").dataset.key === key;
  // Details that open over a text leave it as it is.
  if (!isSame) {
    $("reader").dataset.key = key;
    read(one);
    const spot = $("spot");
    if (spot) {
      spot.scrollIntoView({ block: "center" });
      spot.focus({ preventScroll: true });
    }
  }
};

function read(one) {
  const kinds = tally(one.mentions, (mention) => mention.entity.type);
  const toggle = (text, isOn, change) => h("label", { class: "check" },
    h("input", { type: "checkbox", checked: isOn, onchange: (event) => { change(event.target.checked); read(one); $("reader").querySelector(".legend input").focus(); } }), text);
  const seen = one.mentions.filter((mention) => !reading.hidden.has(mention.entity.type));
  const legend = h("fieldset", { class: "legend" }, h("legend", null, "Mark in the text"),
    toggle("names of types", reading.labels, (isOn) => { reading.labels = isOn; }),
    kinds.map(([type, number]) => toggle(h("span", null, typeTag(type), h("span", { class: "dim" }, ` ${count(number)}`)), !reading.hidden.has(type),
      (isOn) => (isOn ? reading.hidden.delete(type) : reading.hidden.add(type)))));
  const facts = [one.characters === null ? null : counted(one.characters, "character", "characters"),
    counted(one.places, "mention or piece of evidence", "mentions and pieces of evidence"), one.source === one.id ? null : one.source];
  const text = one.text === null ? h("p", { class: "notice" }, `There is no text to show: ${missingText(one)}.`)
    : h("div", { class: "text", lang: "" }, marked(one.text, seen, { span: place.span, labels: reading.labels }));
  const spot = text.querySelector(".said");
  if (spot) Object.assign(spot, { id: "spot", tabIndex: -1 });
  $("reader").replaceChildren(
    h("p", { class: "back" }, link("#documents", "← All documents")),
    h("h2", { id: "reader-title" }, one.id),
    h("p", { class: "dim" }, stateTag(one.state), " · ", facts.filter(Boolean).join(" · ")),
    troubleOf(one) ? h("p", { class: "notice" }, troubleOf(one)) : "",
    one.text !== null && kinds.length ? legend : "",
    text);
}
