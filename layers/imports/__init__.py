"""
Imports: what others list, into the register.

`import_source` is the way in; each import ends in a report in which every row of the file stands.
docs/register.md walks through it.
"""

from __future__ import annotations

from layers.imports.origin import ImportOptions
from layers.imports.pipeline import import_built, import_source
from layers.imports.region import ImportRegion
from layers.imports.report import ImportReport, NotTaken

__all__ = [
    "ImportOptions",
    "ImportRegion",
    "ImportReport",
    "NotTaken",
    "import_built",
    "import_source",
]
