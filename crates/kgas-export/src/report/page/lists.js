// The lists of entities and of relations.
const lists = {};

const strength = (number) => h("span", { class: "counted" }, bar(number, 1, "plain"), h("span", { class: "count" }, confidence(number)));

onFirst.entities = (section) => {
  lists.entities = longTable(section, {
    name: "entities",
    what: ["entity", "entities"],
    rows: entities,
    kinds: types,
    kindName: "Type",
    hasConfidence: true,
    kindOf: (entity) => entity.type,
    matches: (entity, words) => entity.words.includes(words),
    start: 3,
    columns: [
      { name: "Name", key: (entity) => folded(entity.name), cell: (entity) => [link(toEntity(entity), entity.name), also(entity)] },
      { name: "Type", key: (entity) => entity.type, cell: (entity) => typeTag(entity.type) },
      { name: "Confidence", kind: "number", key: (entity) => entity.confidence, cell: (entity) => strength(entity.confidence) },
      { name: "Mentions", kind: "number", key: (entity) => entity.total, cell: (entity) => count(entity.total) },
      { name: "Relations", kind: "number", key: (entity) => entity.in.length + entity.out.length, cell: (entity) => count(entity.in.length + entity.out.length) },
    ],
  });
};

function also(entity) {
  if (!entity.aliases.length) return null;
  const [first, ...more] = entity.aliases;
  return h("span", { class: "also" }, `also ${first}${more.length ? ` and ${more.length} more` : ""}`);
}

onFirst.relations = (section) => {
  const end = (entity) => link(toEntity(entity), entity.name);
  lists.relations = longTable(section, {
    name: "relations",
    what: ["relation", "relations"],
    rows: relations,
    kinds: relationTypes,
    kindName: "Type",
    hasConfidence: true,
    kindOf: (relation) => relation.type,
    matches: (relation, words) => entities[relation.subject].words.includes(words) || folded(relation.type).includes(words)
      || (relation.object === null ? folded(relation.value).includes(words) : entities[relation.object].words.includes(words)),
    start: 4,
    columns: [
      { name: "Relation", key: (relation) => relation.type, cell: (relation) => link(toRelation(relation), relation.type, { "aria-label": `${statement(relation)}: evidence` }) },
      { name: "Subject", key: (relation) => folded(entities[relation.subject].name), cell: (relation) => end(entities[relation.subject]) },
      { name: "Object or value", key: (relation) => folded(objectName(relation)), cell: (relation) => (relation.object === null ? worth(relation) : end(entities[relation.object])) },
      { name: "Confidence", kind: "number", key: (relation) => relation.confidence, cell: (relation) => strength(relation.confidence) },
      { name: "Evidence", kind: "number", key: (relation) => relation.total, cell: (relation) => count(relation.total) },
    ],
  });
};

/** A value, and its plain form where that is another. */
function worth({ value, normal }) {
  const plain = normal === null || normal === undefined ? "" : typeof normal === "object" ? JSON.stringify(normal) : String(normal);
  return h("span", null, `“${value}”`, plain && plain !== value ? h("span", { class: "dim" }, ` = ${plain}`) : null);
}

for (const view of ["entities", "relations"]) {
  onShow[view] = () => {
    const type = parse(location.hash).get("type");
    if (type !== undefined) lists[view].only(type);
    else if (!lists[view].drawn) lists[view].draw();
    lists[view].drawn = true;
  };
}
