"""The corpus that is kept: a folder a reader, a file an input; `.gz` where it is mostly empty."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Final

CORPUS: Final = Path(__file__).parent / "corpus"


def files_of(reader: str) -> dict[str, bytes]:
    """Return the inputs of a reader by the names of their files."""
    return {
        file.name: gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for file in sorted((CORPUS / reader).glob("*"))
    }
