"""
Where visitors reach us, and who asks: behind a proxy a connection tells neither.

`X-Forwarded-For` is read from the right, past the proxies that an operator trusts: what stands
further left was written by whoever asks, and is believed by nobody.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from server.settings import Network

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def public_base(request: Request) -> str:
    """Return the address under which we are reached from elsewhere, without a slash at its end."""
    configured: str = request.app.state.settings.public_url
    return configured or str(request.base_url).rstrip("/")


def parse_address(text: str) -> Address | None:
    """Return an address, IPv4 where it is one inside IPv6; None where it is none."""
    try:
        found = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def is_local(scope: Scope) -> bool:
    """Whether somebody on this machine asks, through no proxy."""
    return bool(scope.get("state", {}).get("is_local"))


class TrustedProxies:
    """
    ASGI middleware that puts the client and the scheme that trusted proxies tell into the scope.

    Parameters
    ----------
    app
        What comes next.
    trusted
        Networks of the proxies.
    """

    def __init__(self, app: ASGIApp, trusted: tuple[Network, ...]) -> None:
        self.app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with who it is from."""
        if scope["type"] == "http":
            scope.update(self._seen_through(scope))  # in place: who observes sees it as well
        await self.app(scope, receive, send)

    def _seen_through(self, scope: Scope) -> dict[str, object]:
        # no address at all: a socket of this machine, or a test
        host = scope["client"][0] if scope.get("client") else ""
        peer = parse_address(host)
        headers = Headers(scope=scope)
        hops = [hop for line in headers.getlist("x-forwarded-for") for hop in line.split(",")]
        state = {
            **scope.get("state", {}),
            "is_local": not hops and (peer is None or peer.is_loopback),
        }
        if peer is None or not self._trusts(peer):
            return {"state": state}
        client = peer
        for hop in reversed(hops):
            address = parse_address(hop)
            if address is None:
                break
            client = address
            if not self._trusts(address):
                break
        scheme = headers.get("x-forwarded-proto", "").strip()
        if scheme not in ("http", "https"):
            scheme = scope["scheme"]
        return {"state": state, "client": (str(client), 0), "scheme": scheme}

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)
