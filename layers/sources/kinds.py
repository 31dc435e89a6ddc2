"""
Finds the categories that a source's own words mean.

A word is a category's id, one of its labels in either language, or a hashtag that only it has: then
it is sure. A word much like one of those is taken and put before a person; everything else is left
open. OpenFairDB has three types and free hashtags: a type tells who may be meant, and hashtags and
the title which of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from geo.once import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers.taxonomy import Taxonomy

LIKE = 84.0  # of 100: two letters of twelve differ
NEAR = 60.0  # named as a candidate
_MOST_CANDIDATES = 3
_LONG = 8  # letters of a word that a compound may begin with
_MOST_OF = 0.65  # of a label's part is what a hashtag must be to tell it
_SEPARATORS = re.compile(r"\s*[/,;|(){}]\s*|\s+und\s+|\s+and\s+|\s+or\s+|\s+oder\s+|…")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# Words of people's lists that neither a label nor a hashtag has
_MORE_WORDS = {
    "hofverkauf": "farm_shop",
    "direktvermarkter": "farm_shop",
    "ab hof verkauf": "farm_shop",
    "weekly market": "farmers_market",
    "imker": "beekeeper",
    "solidarische landwirtschaft": "csa",
    "community supported agriculture": "csa",
    "urban gardening": "community_garden",
    "offene werkstatt": "fab_lab",
    "hackspace": "fab_lab",
    "reparaturcafe": "repair_cafe",
    "reparaturtreff": "repair_cafe",
    "reparatur initiative": "repair_cafe",
    "second hand": "second_hand",
    "kleiderkammer": "second_hand",
    "gebrauchtwarenkaufhaus": "second_hand",
    "buecherzelle": "public_bookcase",
    "offener buecherschrank": "public_bookcase",
    "leihbar": "library_of_things",
    "buergerhaus": "shared_space",
    "dorfgemeinschaftshaus": "shared_space",
    "stadtteiltreff": "neighbourhood",
    "quartierstreff": "neighbourhood",
    "cargo bike": "cargo_bike",
    "lastenfahrrad": "cargo_bike",
    "verkaufsautomat": "food_vending",
    "eierautomat": "food_vending",
    "milchtankstelle": "food_vending",
}


@dataclass(frozen=True)
class Guess:
    """
    What words mean.

    `categories` are taken, the primary one first; `candidates` could be meant; `is_sure` is false
    where a person should look.
    """

    categories: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    is_sure: bool = True
    reason: str = ""


def folded(text: str) -> str:
    """Return a text without case, umlauts, accents, punctuation and doubled spaces."""
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()
    return _NOT_WORD.sub(" ", plain).strip()


@dataclass
class KindReader:
    """Tells categories of one taxonomy; what was asked once is not looked up again."""

    taxonomy: Taxonomy
    _known: dict[str, Guess] = field(default_factory=dict)

    def of_words(self, kinds: Sequence[str]) -> Guess:
        """
        Tell the categories that words mean, each word by itself.

        Without words, and where none means anything, there are no categories.
        """
        guesses = [self._of_word(kind) for kind in kinds if folded(kind)]
        if not guesses:
            return Guess(is_sure=False, reason="no category is told")
        categories = tuple(dict.fromkeys(c for g in guesses for c in g.categories))
        candidates = tuple(dict.fromkeys(c for g in guesses for c in g.candidates))
        unsure = [g for g in guesses if not g.is_sure]
        return Guess(categories, candidates, not unsure, unsure[0].reason if unsure else "")

    def of_name(self, name: str) -> tuple[str, ...]:
        """Return the categories that a name alone tells, by the taxonomy's selectors of names."""
        return self.taxonomy.match_osm({"name": name, "building": "yes"}) if name else ()

    def of_openfairdb(self, types: Iterable[str], tags: Sequence[str], title: str) -> Guess:
        """
        Tell the categories of an entry of OpenFairDB.

        A category counts each of its hashtags by how few share it, and must be of the entry's type
        where that is known. What the title tells is sure, and a hashtag that is a word of the
        category's label, and two hashtags that agree. A single broad one ("bio", "fair") is taken
        and put before a person.
        """
        known = {id_: name for name, id_ in self.taxonomy.ofdb_types.items()}
        names = {known[type_] for type_ in types if type_ in known}
        weight: dict[str, float] = defaultdict(float)
        telling = set(titled := self.of_name(title))
        for tag in dict.fromkeys(folded(tag) for tag in tags):
            for category, share in self._shares(tag).items():
                told = self._tells(tag, category)
                if told or not names or names & set(self.taxonomy.category(category).ofdb_types):
                    weight[category] += share
                    telling |= {category} if told else set()
        ranked = sorted(weight, key=lambda c: (c not in telling, -weight[c]))
        strong = [c for c in ranked if c in telling or weight[c] >= 2]
        taken = tuple(dict.fromkeys((*titled, *strong)))
        if taken:
            rest = tuple(c for c in ranked if c not in taken)
            return Guess(taken, rest[:_MOST_CANDIDATES])
        if not ranked:
            return Guess(is_sure=False, reason="none of its hashtags is known")
        best = [c for c in ranked if weight[c] == weight[ranked[0]]]
        taken = tuple(best) if len(best) == 1 and weight[best[0]] >= 1 else ()
        candidates = tuple(c for c in ranked if c not in taken)[:_MOST_CANDIDATES]
        reason = "its hashtags are broad, or belong to several categories"
        return Guess(taken, candidates, is_sure=False, reason=reason)

    def _of_word(self, kind: str) -> Guess:
        if (guess := self._known.get(kind)) is None:
            guess = self._known[kind] = self._look_up(kind)
        return guess

    def _look_up(self, kind: str) -> Guess:
        word = folded(kind)
        if found := self._by_word.get(word) or self._squeezed.get(word.replace(" ", "")):
            return Guess(found[:1], found[1:], len(found) == 1, "it means several categories")
        parts = [p for part in _SEPARATORS.split(kind) if (p := folded(part))]
        if len(parts) > 1:
            exact = [self._by_word[p] for p in parts if len(self._by_word.get(p, ())) == 1]
            if exact:
                return Guess(tuple(dict.fromkeys(c for found in exact for c in found)))
        near = process.extract(word, self._words, scorer=fuzz.ratio, limit=6, score_cutoff=NEAR)
        candidates = tuple(dict.fromkeys(c for w, _, _ in near for c in self._by_word[w]))
        like = near[0][0] if near and near[0][1] >= LIKE else self._begins(word)
        if like:
            taken = self._by_word[like][:1]
            reason = f"{kind!r} is like {like!r}"
            rest = tuple(c for c in candidates if c not in taken)[:_MOST_CANDIDATES]
            return Guess(taken, rest, is_sure=False, reason=reason)
        reason = f"{kind!r} is no category that is known"
        return Guess((), candidates[:_MOST_CANDIDATES], is_sure=False, reason=reason)

    def _begins(self, word: str) -> str:
        """Return the longest known word that this one begins with, in compounds and plurals."""
        squeezed = word.replace(" ", "")
        fits = [w for w in self._words if len(w) >= _LONG and squeezed.startswith(w)]
        return max(fits, key=len, default="")

    def _shares(self, tag: str) -> dict[str, float]:
        """Return how much a hashtag counts for which category; words of labels are hashtags too."""
        shares, found = dict(self._by_tag.get(tag, {})), self._by_word.get(tag, ())
        return {**shares, found[0]: 1.0} if len(found) == 1 else shares

    def _tells(self, tag: str, category_id: str) -> bool:
        """Tell whether a hashtag is most of a part of the category's label."""
        if len(self._by_tag.get(tag, {})) != 1:
            return self._by_word.get(tag) == (category_id,)
        category, squeezed = self.taxonomy.category(category_id), tag.replace(" ", "")
        parts = _SEPARATORS.split(f"{category.de}/{category.en}")
        words = [folded(part).replace(" ", "") for part in parts]
        return any(squeezed in w and len(squeezed) >= _MOST_OF * len(w) for w in words)

    @cached_property
    def _by_word(self) -> dict[str, tuple[str, ...]]:
        """Categories by id, label, part of a label, and hashtag; several where a word is shared."""
        tagged: dict[str, dict[str, None]] = defaultdict(dict)
        parts: dict[str, dict[str, None]] = defaultdict(dict)
        labels: dict[str, tuple[str, ...]] = {}
        for category in self.taxonomy.categories:
            for label in (category.de, category.en):
                labels.setdefault(folded(label), (category.id,))
                for part in filter(None, map(folded, _SEPARATORS.split(label))):
                    parts[part][category.id] = None
            for tag in (*category.ofdb_tags, *category.ofdb_tags_guessed):
                tagged[folded(tag)][category.id] = None
        ids = {category.id for category in self.taxonomy.categories}
        more = {word: (c,) for word, c in _MORE_WORDS.items() if c in ids}
        return {
            **{word: tuple(found) for word, found in tagged.items()},
            **{word: tuple(found) for word, found in parts.items()},
            **more,
            **labels,
            **{folded(id_): (id_,) for id_ in ids},
        }

    @cached_property
    def _squeezed(self) -> dict[str, tuple[str, ...]]:
        return {word.replace(" ", ""): found for word, found in self._by_word.items()}

    @cached_property
    def _words(self) -> list[str]:
        return list(self._by_word)

    @cached_property
    def _by_tag(self) -> dict[str, dict[str, float]]:
        owners: dict[str, dict[str, float]] = defaultdict(dict)
        for category in self.taxonomy.categories:
            for tag in category.ofdb_tags_guessed:
                owners[folded(tag)][category.id] = 0.5
            for tag in category.ofdb_tags:
                owners[folded(tag)][category.id] = 1.0
        # A hashtag that only one has is as good as a label, seen in use or not
        return {
            tag: {c: 1.0 if len(of) == 1 else w / len(of) for c, w in of.items()}
            for tag, of in owners.items()
        }
