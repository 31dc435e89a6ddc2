"""
The register: the living offers of many regions, from many sources, with their whole history.

`Register.open(url_or_path)` is the way in. What an entry is stands in `layers.register.entry`,
which of its sources' values holds in `layers.register.resolve`; docs/data-model.md tells the whole.
"""

from __future__ import annotations

from layers.register.entry import Claim, Entry, Link, Source
from layers.register.register import Register
from layers.register.written import Refused, Written

__all__ = ["Claim", "Entry", "Link", "Refused", "Register", "Source", "Written"]
