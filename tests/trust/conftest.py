"""Random towns become regions, with the toy region around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.trust.towns import atlas_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.atlas import Atlas


@pytest.fixture(scope="session")
def build(toy_atlas: Atlas) -> Callable[..., Atlas]:
    """Make the Atlas of a plan; it has a short name, whatever fails."""
    return lambda plan, **where: atlas_of(plan, toy_atlas, **where)
