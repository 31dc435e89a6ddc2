"""Pieces of a file that are read in one go: a map asks for many small ones at once."""

from __future__ import annotations

import os
import re
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import Request, Response
from fastapi.responses import FileResponse

_RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{1,15})")
_MOST_BYTES: Final = 1 << 20


def file_answer(
    request: Request, path: Path, *, media_type: str, headers: dict[str, str]
) -> Response:
    """
    Answer with a file, or the piece of it that is asked for; to be called in a thread.

    One small piece is read here. All else, several pieces and conditions among it, is streamed in
    portions, each of which waits for a thread.
    """
    about = path.stat()
    streamed = FileResponse(path, media_type=media_type, headers=headers, stat_result=about)
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or "if-range" in request.headers or request.method != "GET":
        return streamed
    start, last = int(asked[1]), min(int(asked[2]), about.st_size - 1)
    if not 0 <= last - start < _MOST_BYTES:
        return streamed
    with path.open("rb") as file:
        piece = os.pread(file.fileno(), last - start + 1, start)
    answer = Response(piece, HTTPStatus.PARTIAL_CONTENT, media_type=media_type)
    for name in ("accept-ranges", "last-modified", "etag", *headers):
        answer.headers[name] = streamed.headers[name]
    answer.headers["content-range"] = f"bytes {start}-{start + len(piece) - 1}/{about.st_size}"
    return answer
