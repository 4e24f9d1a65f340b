// A long list as a table: searched, filtered, sorted by its heads, a hundred rows at a time.
const ROWS = 100;

/**
 * `columns` are `{ name, kind, key, cell }`: by `key` rows are sorted, `cell` is what is shown; the first holds the row's link.
 * `kinds` are the types to choose from, `matches(row, words)` says whether a row has the words.
 */
function longTable(section, { name, what, rows, columns, kinds, kindName, kindOf, matches, start, hasConfidence }) {
  const state = { words: "", kind: "", least: 0, by: start, down: true, page: 0 };
  const search = h("input", { type: "search", id: `${name}-search`, autocomplete: "off", spellcheck: "false",
    oninput: () => change({ words: folded(search.value.trim()) }) });
  const kind = h("select", { id: `${name}-type`, onchange: () => change({ kind: kind.value }) },
    h("option", { value: "" }, "All"),
    kinds.map(([type, number]) => h("option", { value: type }, `${type} (${count(number)})`)));
  const shown = h("output", { for: `${name}-least` }, "any");
  const least = h("input", { type: "range", id: `${name}-least`, min: "0", max: "1", step: "0.05", value: "0",
    oninput: () => {
      shown.textContent = Number(least.value) > 0 ? `${confidence(Number(least.value))} or more` : "any";
      change({ least: Number(least.value) });
    } });
  const heads = columns.map((column, at) => h("th", { scope: "col", class: column.kind },
    h("button", { type: "button", onclick: () => change({ by: at, down: state.by === at ? !state.down : column.kind === "number" }) }, column.name)));
  const body = h("tbody", { onkeydown: (event) => walk(event) });
  const told = h("p", { class: "told", role: "status" });
  const step = (text, by) => h("button", { type: "button", onclick: () => turn(by) }, text);
  const [back, on] = [step("Previous", -1), step("Next", 1)];
  const where = h("span", null);
  const pages = h("nav", { class: "pages", "aria-label": `Pages of ${what[1]}` }, back, where, on);
  const label = (text, control, more) => h("label", { class: "field", for: control.id }, h("span", null, text, more || ""), control);
  section.append(
    h("form", { class: "filters", role: "search", "aria-label": `Find ${what[1]}`, onsubmit: (event) => event.preventDefault() },
      label("Search", search), label(kindName, kind), hasConfidence ? label("Confidence: ", least, shown) : ""),
    told,
    h("div", { class: "wide" }, h("table", { class: "long" }, h("caption", { class: "unseen" }, TITLES[name]), h("thead", null, h("tr", null, heads)), body)),
    pages);

  function change(changes) {
    Object.assign(state, { page: 0 }, changes);
    draw();
  }

  function turn(by) {
    state.page += by;
    draw();
    const first = body.querySelector("a");
    if (first) first.focus();
  }

  function draw() {
    const kept = rows.filter((row) => (!state.kind || kindOf(row) === state.kind) && (!hasConfidence || row.confidence >= state.least)
      && (!state.words || matches(row, state.words)));
    const { key } = columns[state.by];
    const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
    kept.sort((one, other) => (state.down ? -1 : 1) * compare(key(one), key(other)) || one.at - other.at);
    const last = Math.max(0, Math.ceil(kept.length / ROWS) - 1);
    const from = state.page * ROWS;
    const some = kept.slice(from, from + ROWS);
    body.replaceChildren(...some.map((row) => h("tr", { "data-id": row.id }, columns.map((column, at) =>
      at === 0 ? h("th", { scope: "row", class: column.kind }, column.cell(row)) : h("td", { class: column.kind }, column.cell(row))))));
    body.querySelectorAll("tr").forEach((row, at) => row.querySelectorAll("a").forEach((one) => { one.tabIndex = at === 0 ? 0 : -1; }));
    heads.forEach((head, at) => head.setAttribute("aria-sort", at !== state.by ? "none" : state.down ? "descending" : "ascending"));
    told.textContent = kept.length === rows.length ? counted(rows.length, what[0], what[1])
      : `${count(kept.length)} of ${counted(rows.length, what[0], what[1])}`;
    pages.hidden = last === 0;
    [back.disabled, on.disabled] = [state.page === 0, state.page === last];
    where.textContent = kept.length ? `${count(from + 1)} to ${count(from + some.length)}` : "";
  }

  /** Arrow keys go from row to row; Tab goes past them. */
  function walk(event) {
    const all = [...body.querySelectorAll("tr")];
    const row = event.target.closest("tr");
    const at = all.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0 || !all[to]) return;
    event.preventDefault();
    const nth = Math.max(0, [...row.querySelectorAll("a")].indexOf(event.target));
    row.querySelectorAll("a").forEach((one) => { one.tabIndex = -1; });
    const links = all[to].querySelectorAll("a");
    links.forEach((one) => { one.tabIndex = 0; });
    (links[nth] || links[0]).focus();
  }

  return {
    draw,
    /** Shows only one type. */
    only(type) {
      kind.value = type;
      change({ kind: type });
    },
  };
}
