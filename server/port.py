"""Whether a port can be listened on, and who listens there else."""

from __future__ import annotations

import http.client
import json
import socket


def refusal(host: str, port: int) -> str:
    """Return why a port cannot be listened on, "" where it can."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            return exc.strerror or str(exc)
    return ""


def is_umkreis(host: str, port: int, *, wait_s: float = 3.0) -> bool:
    """Whether what listens on a port is an Umkreis."""
    connection = http.client.HTTPConnection(host, port, timeout=wait_s)
    try:
        connection.request("GET", "/readyz")
        body = json.loads(connection.getresponse().read(100_000))
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return isinstance(body, dict) and "not_built" in body
