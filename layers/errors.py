"""
What can go wrong with offers, categories and regions.

Each failure is an `UmkreisError` and a builtin error, as in `geo.errors`. A name that is not known
is answered with the nearest known ones.

    UmkreisError
    ├── UnknownNameError            (LookupError)  a name that nothing carries
    │   ├── UnknownCategoryError
    │   ├── UnknownRegionError
    │   ├── UnknownDistrictError
    │   ├── UnknownOfferError
    │   └── UnknownSubmissionError
    ├── TaxonomyError               (ValueError)   a taxonomy file with faults
    ├── TableError                  (ValueError)   a table of offers with faults
    ├── SourceError                 (ValueError)   a file or address of others that cannot be read
    ├── RegisterError               (ValueError)   what the register may not hold or do
    │   └── SubmissionError                        what may not be done with it any more
    ├── NoDatesError                (LookupError)  an offer without times to write out
    ├── TilesMissingError           (FileNotFoundError) a region that was built without a base map
    ├── RolloutError                (RuntimeError) a rollout that cannot begin or write
    └── AtlasError                  (ValueError)   a built region that cannot be opened or used
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar

from geo.errors import UmkreisError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def nearest_names(name: str, known: Iterable[str], *, count: int = 3) -> tuple[str, ...]:
    """
    Return the known names that look most like `name`, the nearest first.

    Names that contain it, or that it contains, count as near as well. Empty where none is near.
    """
    ordered = sorted(set(known))
    lowered = name.strip().lower()
    near = difflib.get_close_matches(lowered, ordered, n=count, cutoff=0.6)
    if len(lowered) > 2:
        near += [k for k in ordered if (lowered in k or k in lowered) and k not in near]
    return tuple(near[:count])


class UnknownNameError(UmkreisError, LookupError):
    """
    Nothing carries this name.

    `name` is what was asked for; `nearest` are known names like it.
    """

    parameter: ClassVar[str] = "name"
    way_out: ClassVar[str] = ""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.nearest = nearest_names(name, known)
        hint = f"did you mean {' or '.join(map(repr, self.nearest))}? " if self.nearest else ""
        super().__init__(f"`{self.parameter}` {name!r} is not known; {hint}{self.way_out}".strip())


class UnknownCategoryError(UnknownNameError):
    """No category of the taxonomy has this id."""

    parameter = "category"
    way_out = "`umkreis categories` and /api/v1/regions/{region}/categories list all"


class UnknownRegionError(UnknownNameError):
    """No region has this id."""

    parameter = "region"
    way_out = "`umkreis region list` lists all"


class UnknownDistrictError(UnknownNameError):
    """No district of the region has this id."""

    parameter = "district"
    way_out = "/api/v1/regions/{region}/districts lists all"


class UnknownOfferError(UnknownNameError):
    """No offer of the region has this id."""

    parameter = "offer"
    way_out = "`umkreis export` and /api/v1/regions/{region}/offers list all"


class UnknownSubmissionError(UnknownNameError):
    """There is no such submission, or nothing to which this link leads."""

    parameter = "submission"
    way_out = "a link is used as it was given, whole"


class TaxonomyError(UmkreisError, ValueError):
    """
    A file of the taxonomy has faults.

    `faults` holds all of them, each with the entry and the key it stands at.
    """

    def __init__(self, file: str, faults: Sequence[str], *, parameter: str = "taxonomy") -> None:
        self.file = file
        self.faults = tuple(faults)
        count = "one fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n  ".join([f"`{parameter}` {file} has {count}:", *self.faults]))


class TableError(UmkreisError, ValueError):
    """
    A table of offers has faults.

    `faults` holds all of them, each with the line it stands in.
    """

    def __init__(self, file: str, faults: Sequence[str]) -> None:
        self.file = file
        self.faults = tuple(faults)
        count = "one fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n  ".join([f"`offers` {file} has {count}:", *self.faults]))


class SourceError(UmkreisError, ValueError):
    """A file or address of others cannot be read at all, or is refused; nothing of it is taken."""


class NoDatesError(UmkreisError, LookupError):
    """
    An offer has no dates to write out.

    `offer` is its id.
    """

    def __init__(self, offer: str, why: str) -> None:
        self.offer = offer
        super().__init__(f"offer {offer!r} {why}; its page tells what is known of it")


class AtlasError(UmkreisError, ValueError):
    """A built region cannot be opened or used."""


class TilesMissingError(UmkreisError, FileNotFoundError):
    """A region was built without a base map."""


class RolloutError(UmkreisError, RuntimeError):
    """A rollout cannot begin, or cannot read or write where it was told to."""


class RegisterError(UmkreisError, ValueError):
    """Something the register may not hold or do, or a register that cannot be opened."""


class RegisterAwayError(RegisterError):
    """The register cannot be reached, read or written at the moment; trying again may help."""


class SubmissionError(RegisterError):
    """Something that may not be done with a submission, or by a keeper, as things stand."""
