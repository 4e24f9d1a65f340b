"""acme.acronyms: acronyms that a text explains, as in "World Health Organization (WHO)", and what they stand for."""

import json
import re
import sys

ABOUT = {
    "version": "1.0.0",
    "name": "Acronyms",
    "category": "extraction",
    "settings": {"min_letters": {"default": 2, "description": "The letters that an acronym has at least."}},
}


def say(message):
    # One line, sent at once: kgas waits for it.
    print(json.dumps(message), flush=True)


def words_for(acronym, before):
    """The words at the end of a text that begin with these letters; small words between them don't count."""
    letters = list(acronym)
    for word in reversed(list(re.finditer(r"\w+", before))):
        first = word.group()[0]
        if first == letters[-1]:
            letters.pop()
            if not letters:
                return before[word.start():].strip()
        elif not first.islower():
            return None
    return None


def find(text, min_letters):
    entities, relations = [], []
    for match in re.finditer(r"\(([A-Z]+)\)", text):
        acronym = match[1]
        words = words_for(acronym, text[max(0, match.start() - 200):match.start()])
        if words is None or len(acronym) < min_letters:
            continue
        # Positions count code points, as Python does.
        entities.append({"text": acronym, "type": "Acronym", "start": match.start(1), "confidence": 0.95})
        relations.append({
            "subject": acronym, "subject_type": "Acronym", "type": "stands for",
            "object": words, "object_type": "literal", "evidence": f"{words} ({acronym})", "confidence": 0.95,
        })
    return {"entities": entities, "relations": relations}


say({"kgas": 1, "tool": ABOUT})
for line in sys.stdin.buffer:
    task = json.loads(line)
    work = task["execute"]
    say({"id": task["id"], "result": find(work["document"]["text"], work["config"]["min_letters"])})
