"""Tests reach this machine only. Anything further is a mistake, and fails loudly."""

import ipaddress
import socket
from typing import Any

LOCAL_NAMES = {"localhost", "", None}


class NetworkBlocked(Exception):
    """A test tried to leave the machine."""


def block() -> None:
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    getaddrinfo = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refuse_unless_local(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refuse_unless_local(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_local(host):
            raise NetworkBlocked(f"A test looked up {host!r}.")
        return getaddrinfo(host, *args, **kwargs)

    for owner, name, guarded in (
        (socket.socket, "connect", guarded_connect),
        (socket.socket, "connect_ex", guarded_connect_ex),
        (socket, "getaddrinfo", guarded_getaddrinfo),
    ):
        setattr(owner, name, guarded)


def refuse_unless_local(family: int, address: Any) -> None:
    if family != socket.AF_UNIX and not is_local(address[0]):
        raise NetworkBlocked(f"A test tried to connect to {address!r}.")


def is_local(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
