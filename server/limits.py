"""
How much one client gets: token buckets in the memory of each worker.

A bucket holds what a client may ask in a minute and fills steadily. Who asks is known by a keyed
checksum of the address alone (of its /64 for IPv6, which is what one line gets), with a key that
ends with the process: nothing that tells an address is kept, and nothing is logged. Who connects
from this machine is not limited.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from server.analyses import is_analysis
from server.maintenance import OPERATION
from server.public_address import is_local, parse_address
from server.refusals import Refusal, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

_MOST_CLIENTS = 20_000  # remembered; who asked longest ago is forgotten first
_FREE = (*OPERATION, "/tiles/")  # cheap, and a map asks for many at once
_IPV6_NETWORK_BYTES = 8


class Buckets:
    """
    A token bucket for each client.

    Parameters
    ----------
    per_minute
        How many tokens a bucket gains in a minute; above 0.
    most
        How many it holds; None for those of a minute.
    clock
        Seconds that never go back.
    """

    def __init__(
        self,
        per_minute: float,
        *,
        most: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity = float(per_minute if most is None else most)
        self._per_s = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, client: bytes) -> float:
        """Take a token; return 0, or the seconds until there is one again."""
        now = self._clock()
        tokens, at = self._buckets.pop(client, (self._capacity, now))
        tokens = min(self._capacity, tokens + (now - at) * self._per_s)
        has_one = tokens >= 1
        self._buckets[client] = (tokens - has_one, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if has_one else (1 - tokens) / self._per_s

    def __len__(self) -> int:
        return len(self._buckets)


class RateLimit:
    """
    ASGI middleware that asks clients to wait who ask too much.

    Parameters
    ----------
    app
        What comes next.
    requests_per_minute, analyses_per_minute
        How much one client gets; 0 for any number.
    """

    def __init__(self, app: ASGIApp, requests_per_minute: int, analyses_per_minute: int) -> None:
        self.app = app
        self._key = secrets.token_bytes(16)
        self._requests = Buckets(requests_per_minute) if requests_per_minute else None
        self._analyses = Buckets(analyses_per_minute) if analyses_per_minute else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say when to come back."""
        if scope["type"] != "http" or is_local(scope):
            await self.app(scope, receive, send)
            return
        client = client_key(scope, self._key)
        scope.setdefault("state", {})["client"] = client
        why, wait_s = self._refusal(scope, client)
        answer = refuse(scope, why, retry_after_s=wait_s) if why else self.app
        await answer(scope, receive, send)

    def _refusal(self, scope: Scope, client: bytes) -> tuple[Refusal | None, float]:
        if scope["path"].startswith(_FREE):
            return None, 0.0
        if self._requests is not None and (wait_s := self._requests.take(client)):
            return Refusal.TOO_MANY, wait_s
        if (
            self._analyses is not None
            and is_analysis(scope)
            and (wait_s := self._analyses.take(client))
        ):
            return Refusal.TOO_MANY_ANALYSES, wait_s
        return None, 0.0


def client_key(scope: Scope, key: bytes) -> bytes:
    """Return what stands for a client: a checksum that tells no address without the key."""
    client = scope.get("client")
    address = parse_address(client[0]) if client else None
    packed = b"" if address is None else address.packed
    is_ipv6 = address is not None and address.version == 6
    network = packed[:_IPV6_NETWORK_BYTES] if is_ipv6 else packed
    return hashlib.blake2b(network, key=key, digest_size=8).digest()
