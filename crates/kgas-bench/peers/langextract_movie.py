"""langextract on the same sentences, examples and model as `kgas extract`, judged by the same rules.

    python langextract_movie.py SENTENCES.jsonl EXAMPLES.jsonl ONTOLOGY.json BASE_URL [N]

Needs `pip install langextract openai`. SENTENCES has {"id", "sent"} on each line, EXAMPLES is kgas's form of few-shot
examples, ONTOLOGY is Text2KGBench's. An entity is an extraction whose class is a class of the ontology or whatever
the model calls it; a relation is one with the attributes subject and object.
"""

import collections
import json
import sys
import time

import langextract as lx
from langextract import factory


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def example(item):
    entities = [
        lx.data.Extraction(extraction_class=entity["type"], extraction_text=entity["text"])
        for entity in item["entities"]
    ]
    relations = [
        lx.data.Extraction(
            extraction_class=relation["type"],
            extraction_text=relation["evidence"],
            attributes={"subject": relation["subject"], "object": relation["object"]},
        )
        for relation in item["relations"]
    ]
    return lx.data.ExampleData(text=item["text"], extractions=entities + relations)


def ends(extraction):
    attributes = extraction.attributes or {}
    return [attributes[name] for name in ("subject", "object") if isinstance(attributes.get(name), str)]


def judge(extraction, sentence, examples, labels):
    """What is wrong with a kept extraction; none where nothing is."""
    wrong = []
    words = [extraction.extraction_text, *ends(extraction)]
    absent = [text for text in words if text.casefold() not in sentence.casefold()]
    if absent or extraction.char_interval is None:
        wrong.append("not in the text")
    if any(text.casefold() in shown["text"].casefold() for text in absent for shown in examples):
        wrong.append("leaked from an example")
    if extraction.extraction_class not in labels:
        wrong.append("outside the ontology")
    return wrong


def main():
    sentences, examples, ontology, url = lines(sys.argv[1]), lines(sys.argv[2]), sys.argv[3], sys.argv[4]
    count = int(sys.argv[5]) if len(sys.argv) > 5 else 40
    with open(ontology, encoding="utf-8") as file:
        ontology = json.load(file)
    classes = [concept["label"].strip() for concept in ontology["concepts"]]
    kinds = [relation["label"].strip() for relation in ontology["relations"]]
    prompt = (
        "Extract entities of the classes " + ", ".join(classes) + " and relations of the kinds " + ", ".join(kinds)
        + ". Use exact text; a relation has the attributes subject and object."
    )
    config = factory.ModelConfig(
        model_id="gpt-4o-mini",
        provider="OpenAILanguageModel",
        provider_kwargs={"api_key": "none", "base_url": url + "/v1", "max_output_tokens": 500},
    )
    sums, failed, began = collections.Counter(), 0, time.monotonic()
    for sentence in sentences[:count]:
        text = sentence["sent"]
        try:
            found = lx.extract(
                text_or_documents=text,
                prompt_description=prompt,
                examples=[example(item) for item in examples],
                config=config,
                temperature=0.0,
                max_workers=1,
                show_progress=False,
                fence_output=True,
                use_schema_constraints=False,
            )
        except Exception as error:  # a sentence that can't be read is lost as a whole
            failed += 1
            print(sentence["id"], type(error).__name__, str(error)[:100].replace("\n", " "), file=sys.stderr)
            continue
        for extraction in found.extractions or []:
            what = "relations" if ends(extraction) else "entities"
            wrong = judge(extraction, text, examples, set(classes) | set(kinds))
            sums[what, "kept"] += 1
            sums[what, "fit to be kept"] += not wrong
            for reason in wrong:
                sums[what, reason] += 1
    print(f"{count} sentences in {time.monotonic() - began:.0f} s, {failed} without any answer that could be read")
    for (what, reason), number in sorted(sums.items()):
        print(f"{what}: {reason}: {number}")


main()
