"""One small piece of a file is read in one go, as it would be streamed."""

from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.testclient import TestClient

from server import ranges
from server.ranges import file_answer

CONTENT = bytes(range(256)) * 20
HEADERS = {"Cache-Control": "no-cache"}


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    file = tmp_path / "file"
    file.write_bytes(CONTENT)
    app = FastAPI()

    @app.get("/pieces")
    def pieces(request: Request) -> Response:
        return file_answer(request, file, media_type="a/b", headers=HEADERS)

    @app.get("/streamed")
    def streamed() -> Response:
        return FileResponse(file, media_type="a/b", headers=HEADERS)

    return TestClient(app)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("bytes=0-99", 206),
        ("bytes=5100-9999", 206),
        ("bytes=5119-5119", 206),
        ("bytes=5120-5121", 416),
        ("bytes=7-3", 400),
        ("bytes=-20", 206),
        ("bytes=20-", 206),
        ("bytes=0-1,5-6", 206),
        ("lines=1-2", 400),
        ("", 200),
    ],
)
def test_a_piece_is_what_streaming_would_send(client: TestClient, asked: str, status: int):
    headers = {"range": asked} if asked else {}
    told, wanted = (client.get(path, headers=headers) for path in ("/pieces", "/streamed"))
    assert told.status_code == wanted.status_code == status
    if "," not in asked:  # parts of several are separated by what is drawn
        assert told.content == wanted.content
        assert dict(told.headers) == dict(wanted.headers)


def test_a_piece_of_a_file_that_changed_is_the_whole_file(client: TestClient):
    etag = client.get("/pieces").headers["etag"]
    asked = {"range": "bytes=0-9"}
    assert client.get("/pieces", headers={**asked, "if-range": etag}).content == CONTENT[:10]
    assert client.get("/pieces", headers={**asked, "if-range": '"old"'}).content == CONTENT


def test_a_large_piece_is_streamed(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ranges, "_MOST_BYTES", 10)
    answer = client.get("/pieces", headers={"range": "bytes=0-99"})
    assert (answer.status_code, answer.content) == (206, CONTENT[:100])
