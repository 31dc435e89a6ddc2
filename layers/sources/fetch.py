"""
Fetches a source from the web, within limits, and only from public addresses.

Whoever may name an address could make this machine ask others in its own network. So each hop's
host is resolved here, every address it has must be public, and the connection goes to the address
that was checked: a name that says something else a moment later changes nothing. Redirects are
followed by hand, each like a new address.

What was fetched is kept with the marks that its server gave (`ETag`, `Last-Modified`), so that the
next time nothing is sent where nothing has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import ipaddress
import json
import os
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from layers.errors import SourceError
from layers.sources.bounded import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]
Allow = Callable[[Address, int], bool]

MAX_REDIRECTS = 5
MAX_SECONDS = 60.0
MAX_URL = 2_000
AGENT = "Umkreis (register of local offers)"
_PORTS = {80, 443, 8080, 8443}
_REDIRECTS = {301, 302, 303, 307, 308}
_CHUNK = 65_536
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Fetched:
    """
    What an address gave.

    `is_new` is false where the server said that nothing has changed; `data` is then what was kept.
    `url` is where it was in the end.
    """

    url: str
    data: bytes
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    is_new: bool = True


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """
    How far a fetch may go.

    `resolve` gives a host's addresses and `allow` says which may be asked, at which port; both are
    for tests and for a city whose lists lie in its own network.
    """

    max_bytes: int = MAX_BYTES
    max_seconds: float = MAX_SECONDS
    max_silence_s: float = MAX_SECONDS
    max_redirects: int = MAX_REDIRECTS
    resolve: Resolve = field(default=lambda host, port: resolved(host, port))
    allow: Allow = field(default=lambda address, port: is_public(address) and port in _PORTS)


def fetch(url: str, *, limits: FetchLimits | None = None, kept: Fetched | None = None) -> Fetched:
    """
    Fetch an address.

    Parameters
    ----------
    url
        http or https, without a user's name.
    limits
        The usual ones by default.
    kept
        What the last time gave; only what is newer is sent then.

    Raises
    ------
    SourceError
        If the address is none, leads to what is not public, takes too long, is too large, or the
        server does not answer with a file.
    """
    limits = limits or FetchLimits()
    deadline = time.monotonic() + limits.max_seconds
    with opened(url, limits=limits, headers=_news_only(kept)) as (asked, answer):
        return _taken(asked, answer, kept, limits, deadline)


@contextlib.contextmanager
def opened(
    url: str, *, limits: FetchLimits, headers: Mapping[str, str]
) -> Iterator[tuple[str, http.client.HTTPResponse]]:
    """
    Ask an address, follow where it leads, and give what answers: its address and the answer.

    Raises
    ------
    SourceError
        As `fetch`; also where reading the answer fails.
    """
    deadline = time.monotonic() + limits.max_seconds
    asked = url
    for _ in range(limits.max_redirects + 1):
        parts, port = _checked(asked)
        address = _address(parts, port, limits)
        connection = _connection(parts, port, address, deadline, limits)
        try:
            answer = _ask(connection, parts, headers)
            if answer.status in _REDIRECTS:
                asked = urljoin(asked, answer.getheader("Location") or "")
                continue
            yield asked, answer
            return
        except (OSError, http.client.HTTPException) as exc:
            raise SourceError(f"`source` {_shown(parts)} cannot be fetched ({exc})") from exc
        finally:
            connection.close()
    raise SourceError(f"`source` {url[:100]} redirects more than {limits.max_redirects} times")


def fetch_kept(url: str, folder: Path, *, limits: FetchLimits | None = None) -> Fetched:
    """
    Fetch an address, or take what is kept in a folder where nothing has changed.

    What comes is written there under a name of its own, whole or not at all.

    Raises
    ------
    SourceError
        As `fetch`.
    """
    stem = folder / hashlib.sha256(url.encode()).hexdigest()[:32]
    kept = _kept(stem)
    fetched = fetch(url, limits=limits, kept=kept)
    if fetched.is_new:
        folder.mkdir(parents=True, exist_ok=True)
        _write(stem.with_suffix(".data"), fetched.data)
        about = {k: v for k, v in asdict(fetched).items() if k not in ("data", "is_new")}
        about["sha256"] = hashlib.sha256(fetched.data).hexdigest()
        _write(stem.with_suffix(".json"), json.dumps(about).encode())
    return fetched


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a host by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet, also one wrapped into IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _checked(url: str) -> tuple[SplitResult, int]:
    """Return the parts of an address that may be asked."""
    if len(url) > MAX_URL or any(not c.isprintable() or c.isspace() for c in url):
        raise SourceError("`source` is no web address: too long, or with spaces in it")
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as exc:
        raise SourceError(f"`source` {url[:100]!r} is no web address ({exc})") from exc
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError(f"`source` {url[:100]!r} is no http or https address")
    if parts.username or parts.password:
        raise SourceError("`source` holds a user's name or password; only public files are fetched")
    return parts, port


def _address(parts: SplitResult, port: int, limits: FetchLimits) -> str:
    """Return the address to connect to; all that the host has must be allowed."""
    host = parts.hostname or ""
    try:
        texts = limits.resolve(host, port)
        addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in texts]
    except (OSError, UnicodeError, ValueError) as exc:
        raise SourceError(
            f"`source`: the host {host!r} is not found; see how it is spelt and whether "
            "this machine has internet, or download the file elsewhere and give its path"
        ) from exc
    if not addresses:
        raise SourceError(f"`source`: the host {host!r} has no address")
    if not all(limits.allow(address, port) for address in addresses):
        raise SourceError(
            f"`source`: the host {host!r} (port {port}) is not on the public web; "
            "download the file and give its path"
        )
    return str(addresses[0])


class _PinnedConnection(http.client.HTTPConnection):
    """
    A connection to an address that was checked, under the name of its host.

    It ends when nothing comes for `silence_s`, and is cut at `end_s`, whatever comes by then: a
    server that sends a byte now and then would otherwise hold it for ever.
    """

    def __init__(
        self, host: str, port: int, address: str, *, end_s: float, silence_s: float, tls: bool
    ) -> None:
        super().__init__(host, port, timeout=silence_s)
        self._end_s = end_s
        self._pinned = address
        self._tls = tls
        self._end: threading.Timer | None = None

    def connect(self) -> None:
        """Connect to the checked address; the certificate must be the host's."""
        self.sock = socket.create_connection((self._pinned, self.port), self.timeout)
        self._watched = self.sock.dup()
        self._end = threading.Timer(self._end_s, _cut, (self._watched,))
        self._end.daemon = True
        self._end.start()
        if self._tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)

    def close(self) -> None:
        """Close it, and the watch on its time."""
        if self._end is not None:
            self._end.cancel()
            self._watched.close()
        super().close()


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _connection(
    parts: SplitResult, port: int, address: str, deadline: float, limits: FetchLimits
) -> _PinnedConnection:
    left = deadline - time.monotonic()
    if left <= 0:
        raise SourceError("`source` took too long to answer")
    host = parts.hostname or ""
    return _PinnedConnection(
        host,
        port,
        address,
        end_s=left,
        silence_s=min(left, limits.max_silence_s),
        tls=parts.scheme == "https",
    )


def _news_only(kept: Fetched | None) -> dict[str, str]:
    """Return the headers that ask for what is newer than what is kept."""
    if kept is not None and kept.etag:
        return {"If-None-Match": kept.etag}
    if kept is not None and kept.last_modified:
        return {"If-Modified-Since": kept.last_modified}
    return {}


def _ask(
    connection: _PinnedConnection, parts: SplitResult, headers: Mapping[str, str]
) -> http.client.HTTPResponse:
    path = parts.path or "/"
    host = parts.netloc.rpartition("@")[2]
    usual = {
        "Host": host.encode("idna").decode() if not host.isascii() else host,
        "User-Agent": AGENT,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
    }
    target = f"{path}?{parts.query}" if parts.query else path
    connection.request("GET", target, headers={**usual, **headers})
    return connection.getresponse()


def _taken(
    url: str,
    answer: http.client.HTTPResponse,
    kept: Fetched | None,
    limits: FetchLimits,
    deadline: float,
) -> Fetched:
    if answer.status == http.client.NOT_MODIFIED and kept is not None:
        return replace(kept, is_new=False)
    if answer.status != http.client.OK:
        raise SourceError(f"`source` {url[:100]} answers {answer.status} {answer.reason}")
    if (answer.getheader("Content-Encoding") or "identity").lower() != "identity":
        raise SourceError(f"`source` {url[:100]} sends packed data that nobody asked for")
    length = answer.getheader("Content-Length")
    if length is not None and length.isdigit() and int(length) > limits.max_bytes:
        raise _too_large(limits)
    chunks: list[bytes] = []
    size = 0
    while chunk := _next_chunk(answer, deadline):
        size += len(chunk)
        if size > limits.max_bytes:
            raise _too_large(limits)
        chunks.append(chunk)
    if answer.length:
        raise SourceError(f"`source` {url[:100]} ended early, or took too long to arrive")
    return Fetched(
        url=url,
        data=b"".join(chunks),
        etag=answer.getheader("ETag") or "",
        last_modified=answer.getheader("Last-Modified") or "",
        content_type=answer.getheader("Content-Type") or "",
    )


def _next_chunk(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    if time.monotonic() > deadline:
        raise SourceError("`source` took too long to arrive")
    return answer.read1(_CHUNK)


def _too_large(limits: FetchLimits) -> SourceError:
    return SourceError(f"`source` is larger than {limits.max_bytes:,} bytes, which is the limit")


def _shown(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.hostname}{parts.path}"[:100]


def _kept(stem: Path) -> Fetched | None:
    """Return what is kept, None where it is not there or was changed by somebody."""
    try:
        about = json.loads(stem.with_suffix(".json").read_text("utf-8"))
        data = stem.with_suffix(".data").read_bytes()
        if about.pop("sha256") != hashlib.sha256(data).hexdigest():
            return None
        return Fetched(**about, data=data)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    os.replace(file.name, path)
