// The graph, and the ways through it.
const DATA = JSON.parse($("data").textContent);
const { entities, relations, documents, summary, totals } = DATA;

/** Things by a key, with how many there are of each, the most first. */
function tally(things, key) {
  const counts = new Map();
  for (const thing of things) counts.set(key(thing), (counts.get(key(thing)) || 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
}

const types = tally(entities, (entity) => entity.type);
const relationTypes = tally(relations, (relation) => relation.type);
const looks = new Map(types.map(([type], at) => [type, { at, colour: at % 8, shape: at % 7 }]));
const lookOf = (type) => looks.get(type) || { at: 0, colour: 0, shape: 0 };

entities.forEach((entity, at) => {
  entity.at = at;
  entity.out = [];
  entity.in = [];
});
relations.forEach((relation, at) => {
  relation.at = at;
  entities[relation.subject].out.push(relation);
  if (relation.object !== null) entities[relation.object].in.push(relation);
});
documents.forEach((one, at) => {
  one.at = at;
  one.mentions = [];
});
for (const entity of entities) {
  entity.edges = entity.in.length + entity.out.filter((relation) => relation.object !== null).length;
  for (const place of entity.mentions) {
    if (place.s) documents[place.d].mentions.push({ start: place.s[0], end: place.s[1], entity, place });
  }
}

const byId = (things) => new Map(things.map((thing) => [thing.id, thing]));
const entityOf = byId(entities);
const relationOf = byId(relations);
const documentOf = byId(documents);

const toEntity = (entity) => `#entity=${encodeURIComponent(entity.id)}`;
const toRelation = (relation) => `#relation=${encodeURIComponent(relation.id)}`;
function toDocument(one, span) {
  const where = `#document=${encodeURIComponent(one.id)}`;
  return span ? `${where}&from=${span[0]}&to=${span[1]}` : where;
}

const objectName = (relation) => (relation.object === null ? relation.value : entities[relation.object].name);
const statement = (relation) => `${entities[relation.subject].name} – ${relation.type} – ${objectName(relation)}`;

/** The words of a place. */
const quoteOf = (place) => (place.s ? documents[place.d].text.slice(place.s[0], place.s[1]) : place.q || "");

/** Chunks that are dealt with. */
const DONE = new Set(["ok", "empty", "rejected"]);

/** What is searched in: names in small letters. */
const folded = (text) => text.normalize("NFKC").toLowerCase();
for (const entity of entities) entity.words = folded([entity.name, ...entity.aliases].join("\n"));
