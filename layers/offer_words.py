"""
Finds offers by words: in name, address, description, the labels of categories and facts.

Every word must fit, as a part of a word too ("werk" finds a Tischlerwerkstatt). A word that stands
in no offer at all may have a typo. Questions are taken as their words that say what is looked for:
"wer repariert einen Toaster" as "repariert Toaster".
"""

from __future__ import annotations

from functools import lru_cache, reduce
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from layers.spelling import spell, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.offers import Offer
    from layers.taxonomy import Taxonomy

    Rows = NDArray[np.int64]

SHORTEST_WITH_TYPO = 4  # letters; shorter words are taken as they are
LONG = 8  # letters; from here on two may differ
# Words of questions, as `words_of` writes them
IDLE_WORDS = frozenset(
    words_of(
        "wer wo was welche welcher welches wann hat haben gibt es ist sind kann man ich wir mein "
        "meine meinen ein eine einen einem einer der die das den dem im in am mit und oder für bei "
        "who where what which when has have is are there can i we my a an the in at with and or for"
    )
)


class OfferWords:
    """The words of all offers of a region, each with the rows it stands in."""

    def __init__(self, atlas: Atlas) -> None:
        found: dict[str, set[int]] = {}
        for row, offer in enumerate(atlas.offers):
            for text in texts_of_offer(offer, atlas.taxonomy):
                # a name in one piece too: "Repair-Café" is found as repaircafe
                for word in (*words_of(text), spell(text)):
                    found.setdefault(word, set()).add(row)
        found.pop("", None)
        self._rows = {word: np.array(sorted(rows), np.int64) for word, rows in found.items()}
        self._words = list(self._rows)

    def rows(self, text: str) -> Rows:
        """Return the rows in which every word fits, ascending; none where there is no word."""
        words = words_of(text)
        telling = [word for word in words if word not in IDLE_WORDS] or words
        found = [self._rows_of(word) for word in telling]
        return reduce(np.intersect1d, found) if found else np.zeros(0, np.int64)

    def _rows_of(self, word: str) -> Rows:
        fitting = [known for known in self._words if word in known] or self._like(word)
        if not fitting:
            return np.zeros(0, np.int64)
        return np.unique(np.concatenate([self._rows[known] for known in fitting]))

    def _like(self, word: str) -> list[str]:
        if len(word) < SHORTEST_WITH_TYPO:
            return []
        most = 2 if len(word) >= LONG else 1
        near = process.extract(
            word, self._words, scorer=OSA.distance, score_cutoff=most, limit=None
        )
        least = min((misses for _, misses, _ in near), default=0)
        return [known for known, misses, _ in near if misses == least]


@lru_cache(maxsize=8)
def words_of_offers(atlas: Atlas) -> OfferWords:
    """Return the words of a region's offers; collected when first asked."""
    return OfferWords(atlas)


def texts_of_offer(offer: Offer, taxonomy: Taxonomy) -> Iterator[str]:
    """Yield all texts by which an offer may be looked for, labels in both languages."""
    yield from (offer.name, offer.street, offer.address, offer.description)
    for category in map(taxonomy.category, offer.categories):
        yield from (category.de, category.en)
        for fact in category.facts:
            value = offer.facts.get(fact.id)
            if value is None or value is False or value == ():
                continue
            yield from (fact.de, fact.en)
            chosen = value if isinstance(value, tuple) else (str(value),)
            labels = {choice.id: choice for choice in fact.choices}
            for part in chosen:
                if (choice := labels.get(part)) is None:
                    yield part
                else:
                    yield from (choice.de, choice.en, *choice.words)
