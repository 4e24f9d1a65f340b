"""A graph of `kgas extract`, judged by the rules of langextract_movie.py.

    python kgas_movie.py OUT SENTENCES.jsonl EXAMPLES.jsonl ONTOLOGY.json

Each mention and each piece of evidence is held against its sentence: the span has the quote, both ends and the value
stand in the sentence, type and relation are the ontology's, domain and range hold.
"""

import collections
import json
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def main():
    out, sentences, examples, ontology = sys.argv[1:5]
    text_of = {line["id"]: line["sent"] for line in lines(sentences)}
    shown = [line["text"].casefold() for line in lines(examples)]
    with open(ontology, encoding="utf-8") as file:
        ontology = json.load(file)
    label_of = {concept["qid"]: concept["label"].strip() for concept in ontology["concepts"]}
    kinds = {relation["label"].strip(): relation for relation in ontology["relations"]}
    entities = {line["id"]: line for line in lines(f"{out}/entities.jsonl")}
    sums = collections.Counter()

    def count(what, place, words, fits):
        text = text_of[place["document"]]
        sums[what, "kept"] += 1
        absent = [word for word in words if word.casefold() not in text.casefold()]
        wrong = []
        if absent or text[place["start"]:place["end"]] != place["quote"]:
            wrong.append("not in the text")
        if any(word.casefold() in example for word in absent for example in shown):
            wrong.append("leaked from an example")
        if not fits:
            wrong.append("outside the ontology")
        for reason in wrong:
            sums[what, reason] += 1
        sums[what, "fit to be kept"] += not wrong

    for entity in entities.values():
        for mention in entity["mentions"]:
            count("entities", mention, [mention["quote"]], entity["type"] in label_of.values())
    for relation in lines(f"{out}/relations.jsonl"):
        kind, subject = kinds.get(relation["type"]), entities[relation["subject"]]
        target = entities.get(relation.get("object"))
        wanted = label_of.get(kind and kind["range"])
        fits = kind and subject["type"] == label_of.get(kind["domain"])
        fits = fits and (wanted is None or (target is not None and target["type"] == wanted))
        ends = [subject["name"], target["name"] if target else relation["value"]]
        for evidence in relation["evidence"]:
            count("relations", evidence, [evidence["quote"], *ends], fits)
    for (what, reason), number in sorted(sums.items()):
        print(f"{what}: {reason}: {number}")
    with open(f"{out}/summary.json", encoding="utf-8") as file:
        counts = json.load(file)["counts"]
    print("rejected:", json.dumps(counts["rejected"]))


main()
