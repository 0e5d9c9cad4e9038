"""Word counts, sentence lengths and a readability score of a text."""

import collections
import re
import statistics
import textwrap

TEXT = """
The house stood on a hill above the river. In winter the river froze, and the
children of the village walked across it to school. In summer they swam. Nobody
had ever measured how deep the river was; the old ferryman said that it had no
bottom, and the children believed him. One year the summer was so dry that the
river shrank to a brook. The bottom was sand, stones, and one old boot.
"""


def syllables(word):
    groups = re.findall(r"[aeiouy]+", word)
    silent = word.endswith("e") and len(groups) > 1
    return max(1, len(groups) - silent)


words = re.findall(r"[a-z']+", TEXT.lower())
sentences = [s for s in re.split(r"[.!?]\s*", TEXT.strip()) if s]
lengths = [len(re.findall(r"[\w']+", s)) for s in sentences]
ease = (206.835 - 1.015 * len(words) / len(sentences)
        - 84.6 * sum(map(syllables, words)) / len(words))

print(f"words      {len(words)}, {len(set(words))} of them different")
print(f"sentences  {len(sentences)}, median {statistics.median(lengths)}"
      f" words, longest {max(lengths)}")
print(f"reading ease {ease:.1f}")
print("most used ", ", ".join(
    f"{word} {n}" for word, n in collections.Counter(words).most_common(5)))
longest = max(sentences, key=len)
print(textwrap.fill(" ".join(longest.split()), 50,
                    initial_indent="longest    ",
                    subsequent_indent=" " * 11))
