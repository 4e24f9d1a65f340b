"""Loads an export in the tool that its users use, and holds it against the graph's own lines.

foreign_reader.py GRAPH EXPORTS READER...: prints "READER: N nodes, M edges" for each, or "NOT TESTED: why"; EXPORTS is
their path without what each name ends in.
"""
import json
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict

FIXED = {"id", "name", "label", "type", "aliases", "confidence", "mentions", "documents"}


def lines(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


class Graph:
    """What the export must say, read without any code of kgas."""

    def __init__(self, folder):
        self.entities = {line["id"]: line for line in lines(f"{folder}/entities.jsonl")}
        relations = lines(f"{folder}/relations.jsonl")
        self.edges = {line["id"]: line for line in relations if "object" in line}
        self.values = [line for line in relations if "value" in line]
        self.attributes = defaultdict(lambda: defaultdict(list))
        for entity in self.entities.values():
            for label, values in entity["properties"].items():
                self.attributes[entity["id"]][label] += [value["value"] for value in values]
        for line in self.values:
            self.attributes[line["subject"]][line["type"]].append(line["value"])
        labels = sorted({label for of in self.attributes.values() for label in of}, key=lambda label: label.encode())
        self.names, taken = {}, set(FIXED)
        for label in labels:
            plain = name = printable(label.strip())
            number = 2
            while name.lower() in taken:
                name, number = f"{plain} ({number})", number + 1
            taken.add(name.lower())
            self.names[label] = name

    def of(self, id):
        """An entity's attributes by the names that an export has: values once, in order."""
        return {self.names[label]: list(dict.fromkeys(values)) for label, values in self.attributes[id].items()}


def some(rows):
    """All of a small graph, and a sample of a large one, whose names are all alike."""
    return rows if len(rows) < 1000 else rows[::97]


def printable(text):
    return re.sub("[\x00-\x1f\x7f-\x9f\ufffe\uffff]", "\ufffd", text)


def same(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: {found!r} is not {expected!r}")


def joined(values):
    return "; ".join(values)


def graphml(graph, path):
    import networkx

    def xml(text):
        return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text)

    loaded = networkx.read_graphml(path, force_multigraph=True)
    assert loaded.is_directed()
    for id, entity in some(list(graph.entities.items())):
        found = dict(loaded.nodes[id])
        expected = {"label": xml(entity["name"]), "type": xml(entity["type"]), "confidence": entity["confidence"],
                    "mentions": len(entity["mentions"]), "documents": 1}
        if entity["aliases"]:
            expected["aliases"] = xml(joined(entity["aliases"]))
        expected |= {name: xml(joined(values)) for name, values in graph.of(id).items()}
        same(id, found, expected)
    for source, target, id, found in some(list(loaded.edges(keys=True, data=True))):
        edge = graph.edges[id]
        first = edge["evidence"][0]
        same(id, (source, target, found["label"]), (edge["subject"], edge["object"], xml(edge["type"])))
        same(id, (found["quote"], found["document"]), (xml(first["quote"]), first["document"]))
        same(id, (found["start"], found["evidence"]), (first["start"], len(edge["evidence"])))
    return loaded.number_of_nodes(), loaded.number_of_edges()


def tables(graph, nodes, edges, listed):
    """Rows of both tables; `listed` says what a list of texts looks like."""
    nodes, edges = list(nodes), list(edges)
    for row in some(nodes):
        entity = graph.entities[row["id"]]
        attributes = graph.of(row["id"])
        same(row["id"], (row["label"], row["type"]), (entity["name"], entity["type"]))
        same(row["id"], (row["confidence"], row["mentions"], row["documents"]),
             (entity["confidence"], len(entity["mentions"]), 1))
        same(row["id"], row["aliases"], listed(entity["aliases"]))
        same("columns", set(row) - FIXED, set(graph.names.values()))
        for name in graph.names.values():
            same(f"{row['id']} {name}", row[name], listed(attributes.get(name)))
    for row in some(edges):
        edge = graph.edges[row["id"]]
        first = edge["evidence"][0]
        same(row["id"], (row["source"], row["target"], row["label"]), (edge["subject"], edge["object"], edge["type"]))
        same(row["id"], (row["quote"], row["document"], row["start"], row["end"], row["match"]),
             (first["quote"], first["document"], first["start"], first["end"], first["match"]))
        same(row["id"], (row["confidence"], row["evidence"]), (edge["confidence"], len(edge["evidence"])))
    return len({row["id"] for row in nodes}), len({row["id"] for row in edges})


def parts(path):
    stem, ending = path.rsplit(".", 1)
    return f"{stem}.nodes.{ending}", f"{stem}.edges.{ending}"


TEXTS = {"id", "label", "type", "aliases", "source", "target", "document", "quote", "match"}


def csv_pandas(graph, path):
    import pandas

    def read(path):
        names = pandas.read_csv(path, nrows=0).columns
        kinds = {name: str for name in names if name in TEXTS or name in graph.names.values()}
        table = pandas.read_csv(path, dtype=kinds, keep_default_na=False)
        assert table.empty or table["confidence"].dtype == "float64", table.dtypes
        return table.to_dict("records")

    return tables(graph, *map(read, parts(path)), lambda values: joined(values or []))


def csv_duckdb(graph, path):
    import duckdb

    def read(path):
        rows = duckdb.execute("select * from read_csv(?, header = true, all_varchar = true, nullstr = 'no such text')",
                              [path])
        names = [column[0] for column in rows.description]
        numbers = {"confidence": float, "mentions": int, "documents": int, "evidence": int, "start": int, "end": int}
        for row in rows.fetchall():
            yield {name: numbers.get(name, str)(value) for name, value in zip(names, row)}

    return tables(graph, *map(read, parts(path)), lambda values: joined(values or []))


def parquet_pandas(graph, path):
    import pandas

    def read(path):
        table = pandas.read_parquet(path, engine="pyarrow")
        assert str(table["confidence"].dtype) == "float64", table.dtypes
        listed = [name for name in table.columns if name == "aliases" or name in graph.names.values()]
        for row in table.to_dict("records"):
            yield row | {name: None if row[name] is None else list(row[name]) for name in listed}

    return tables(graph, *map(read, parts(path)), lambda values: values)


def parquet_duckdb(graph, path):
    import duckdb

    def read(path):
        rows = duckdb.execute("select * from read_parquet(?)", [path])
        names = [column[0] for column in rows.description]
        return (dict(zip(names, row)) for row in rows.fetchall())

    return tables(graph, *map(read, parts(path)), lambda values: values)


def rdf(graph, path):
    import logging

    import rdflib
    from rdflib.namespace import RDF, RDFS, SKOS

    logging.getLogger("rdflib").setLevel(logging.ERROR)
    oa, prov = rdflib.Namespace("http://www.w3.org/ns/oa#"), rdflib.Namespace("http://www.w3.org/ns/prov#")
    loaded = rdflib.Graph().parse(path, format="json-ld" if path.endswith("jsonld") else "turtle")
    base = "urn:kgas:"
    for id, entity in graph.entities.items():
        node = rdflib.URIRef(f"{base}entity:{id}")
        same(id, str(loaded.value(node, RDFS.label)), entity["name"])
        same(id, {str(alias) for alias in loaded.objects(node, SKOS.altLabel)}, set(entity["aliases"]))
        assert float(loaded.value(node, rdflib.URIRef(f"{base}vocabulary:confidence"))) == entity["confidence"]
    statements = defaultdict(list)
    for annotation, body in loaded.subject_objects(oa.hasBody):
        target = loaded.value(annotation, oa.hasTarget)
        selectors = list(loaded.objects(target, oa.hasSelector))
        place = [str(loaded.value(target, oa.hasSource))]
        for word in (oa.exact, oa.start, oa.end):
            place += [value.toPython() for selector in selectors for value in loaded.objects(selector, word)]
        statements[str(body)].append(tuple(place))
    for line in list(graph.edges.values()) + graph.values:
        node = rdflib.URIRef(f"{base}statement:{line['id']}")
        triple = [loaded.value(node, word) for word in (RDF.subject, RDF.predicate, RDF.object)]
        assert tuple(triple) in loaded, triple
        same(line["id"], str(loaded.value(triple[1], RDFS.label)), line["type"])
        expected = line["value"] if "value" in line else f"{base}entity:{line['object']}"
        same(line["id"], (str(triple[0]), str(triple[2])), (f"{base}entity:{line['subject']}", expected))
        places = [(f"{base}document:{of['document']}", of["quote"], of["start"], of["end"]) for of in line["evidence"]]
        same(line["id"], sorted(statements[str(node)]), sorted(places))
        assert {str(document) for document in loaded.objects(node, prov.wasDerivedFrom)} == {place[0] for place in places}
        assert loaded.value(node, prov.wasGeneratedBy) == rdflib.URIRef(f"{base}run")
    entities = {node for node in loaded.subjects(SKOS.altLabel)} | {
        rdflib.URIRef(f"{base}entity:{id}") for id in graph.entities}
    edges = [node for node in loaded.subjects(RDF.type, RDF.Statement)
             if isinstance(loaded.value(node, RDF.object), rdflib.URIRef)]
    return len(entities), len(edges)


def rdf_equal(graph, path):
    import rdflib

    turtle, jsonld = (rdflib.Graph().parse(path + ending) for ending in (".ttl", ".jsonld"))
    same("triples", len(jsonld), len(turtle))
    same("what only one of them says", set(turtle) ^ set(jsonld), set())
    return len(graph.entities), len(graph.edges)


RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
RDF_OBJECT = "http://www.w3.org/1999/02/22-rdf-syntax-ns#object"
ENTITY = "urn:kgas:entity:"


def counted(triples):
    """The nodes and edges of very many triples, given as subject, predicate and object. Most are looked at no further."""
    nodes, edges = set(), set()
    for subject, predicate, object in triples:
        if predicate == RDFS_LABEL and subject.startswith(ENTITY):
            nodes.add(subject)
        elif predicate == RDF_OBJECT and object.startswith(ENTITY):
            edges.add(subject)
    return len(nodes), len(edges)


def rapper(graph, path):
    ran = subprocess.Popen(["rapper", "-q", "-i", "turtle", "-o", "ntriples", path], stdout=subprocess.PIPE, text=True)
    wanted = re.compile(f"<([^>]*)> <({RDFS_LABEL}|{RDF_OBJECT})> [<\"](.*)[>\"] \\.\n")
    found = counted(match.groups() for match in map(wanted.fullmatch, ran.stdout) if match)
    same("exit code", ran.wait(), 0)
    return found


def oxigraph(graph, path):
    import pyoxigraph

    quads = pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.JSON_LD)
    wanted = {pyoxigraph.NamedNode(RDFS_LABEL), pyoxigraph.NamedNode(RDF_OBJECT)}
    return counted((quad.subject.value, quad.predicate.value, quad.object.value) for quad in quads if quad.predicate in wanted)


def unescaped(text):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


def drawn(text):
    """What a DOT file can hold of a text."""
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", "\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def graphviz(graph, path):
    """Graphviz's own reader, which draws nothing."""
    between = "\x1e"
    names = ["kgas: name", "kgas: type"]
    of_node = ", ".join(f'aget($, "{name}")' for name in names)
    of_edge = ", ".join(f'aget($, "kgas: {name}")' for name in ("id", "type", "quote"))
    script = (f'N {{ printf("N\\x1f%s\\x1f%s\\x1f%s{between}", $.name, {of_node}); }}'
              f'E {{ printf("E\\x1f%s\\x1f%s\\x1f%s\\x1f%s\\x1f%s{between}", $.tail.name, $.head.name, {of_edge}); }}')
    ran = subprocess.run(["gvpr", script, path], capture_output=True, check=True)
    assert not ran.stderr, ran.stderr
    nodes, edges = set(), set()
    for record in ran.stdout.decode().split(between)[:-1]:
        kind, *fields = record.split("\x1f")
        fields = list(map(unescaped, fields))
        if kind == "N":
            entity = graph.entities[fields[0]]
            same(fields[0], fields[1:], [drawn(entity["name"]), drawn(entity["type"])])
            nodes.add(fields[0])
        else:
            edge = graph.edges[fields[2]]
            expected = [edge["subject"], edge["object"], edge["id"], edge["type"], edge["evidence"][0]["quote"]]
            same(fields[2], fields, list(map(drawn, expected)))
            edges.add(fields[2])
    return len(nodes), len(edges)


def plain(text):
    return re.sub(r"\s+", " ", text).strip()


def graphviz_svg(graph, path):
    """Drawn as SVG: each name can be read in it, as it is."""
    import xml.etree.ElementTree as xml

    svg = subprocess.run(["dot", "-Tsvg", path], capture_output=True, check=True)
    assert not svg.stderr, svg.stderr
    root = xml.fromstring(svg.stdout)
    parts = Counter(group.get("class") for group in root.iter("{http://www.w3.org/2000/svg}g"))
    titles = {plain(group.get("{http://www.w3.org/1999/xlink}title") or "")
              for group in root.iter("{http://www.w3.org/2000/svg}a")}
    labels = {plain(text.text or "") for text in root.iter("{http://www.w3.org/2000/svg}text")}
    for entity in graph.entities.values():
        name = drawn(entity["name"])
        assert plain(f"{name} ({entity['type']})".replace("\\", "\u29f5")) in titles, (name, titles)
        assert len(name) > 60 or {plain(line) for line in name.split("\n")} <= labels, (name, labels)
    return parts["node"], parts["edge"]


def pydot_reader(graph, path):
    import pydot

    loaded = pydot.graph_from_dot_file(path, encoding="utf-8")[0]
    nodes = [node for node in loaded.get_nodes() if node.get_name() not in ("node", "edge", "graph")]
    return len(nodes), len(loaded.get_edges())


def cypher(graph, path):
    import kglite

    engine = kglite.KnowledgeGraph()
    with open(path, encoding="utf-8", newline="") as file:
        statements = file.read().split(";\n")
    same("the end", statements.pop(), "")
    # Twice where that takes no time: a script that is run again changes nothing.
    for _ in range(2 if len(graph.edges) < 1000 else 1):
        for statement in statements:
            engine.cypher(statement)
    def name(label):
        return printable(label).replace("\\", "\uff3c")

    rows = engine.cypher("MATCH (n:KgasEntity) RETURN n AS node, labels(n) AS labels, n.name AS name, n.id AS id")
    nodes = 0
    for row in rows:
        entity = graph.entities[row["id"]]
        same(row["id"], (row["name"], set(row["labels"])), (entity["name"], {"KgasEntity", name(entity["type"])}))
        properties = row["node"]["properties"]
        for label, values in graph.of(row["id"]).items():
            same(f"{row['id']} {label}", properties[name(label)], values)
        nodes += 1
    rows = engine.cypher("MATCH (a)-[r]->(b) RETURN r.id AS id, a.id AS source, b.id AS target, type(r) AS label, "
                         "r.quote AS quote, r.start AS start, r.confidence AS confidence")
    edges = 0
    for row in rows:
        edge = graph.edges[row["id"]]
        first = edge["evidence"][0]
        expected = (edge["subject"], edge["object"], name(edge["type"]), first["quote"], first["start"], edge["confidence"])
        found = tuple(row[key] for key in ("source", "target", "label", "quote", "start", "confidence"))
        same(row["id"], found, expected)
        edges += 1
    return nodes, edges


READERS = {"networkx": graphml, "pandas csv": csv_pandas, "duckdb csv": csv_duckdb, "pandas parquet": parquet_pandas,
           "duckdb parquet": parquet_duckdb, "rdflib turtle": rdf, "rdflib jsonld": rdf, "rdflib equal": rdf_equal, "rapper": rapper, "pyoxigraph": oxigraph, "graphviz": graphviz,
           "graphviz svg": graphviz_svg, "pydot": pydot_reader, "kglite": cypher}

ENDINGS = {"networkx": ".graphml", "pandas csv": ".csv", "duckdb csv": ".csv", "pandas parquet": ".parquet",
           "duckdb parquet": ".parquet", "rdflib turtle": ".ttl", "rdflib jsonld": ".jsonld", "kglite": ".cypher", "rapper": ".ttl", "pyoxigraph": ".jsonld",
           "graphviz": ".dot", "graphviz svg": ".dot", "pydot": ".dot"}

if __name__ == "__main__":
    folder, export, *readers = sys.argv[1:]
    graph = Graph(folder)
    for reader in readers:
        begun = time.monotonic()
        try:
            nodes, edges = READERS[reader](graph, export + ENDINGS.get(reader, ""))
        except ModuleNotFoundError as missing:
            print(f"NOT TESTED: no Python package {missing.name} is here, so that {reader} has read nothing")
        except FileNotFoundError as missing:
            print(f"NOT TESTED: no {missing.filename} is here, so that {reader} has read nothing")
        else:
            print(f"{reader}: {nodes} nodes, {edges} edges")
            print(f"{reader} took {time.monotonic() - begun:.1f} s", file=sys.stderr)
