"""How alike two names are, for people who decide whether two offers are one."""

from __future__ import annotations

from rapidfuzz.distance import OSA

from layers.spelling import words_of


def name_similarity(first: str, second: str) -> float:
    """
    Return how alike two names are: 1 the same but for case and the order of words, 0 nothing.

    Of the letters of the longer name, the share that need not be changed, added, left out or
    swapped with the next one (optimal string alignment). 0 where one has no name.
    """
    one, other = (" ".join(sorted(words_of(name))) for name in (first, second))
    return float(OSA.normalized_similarity(one, other)) if one and other else 0.0
