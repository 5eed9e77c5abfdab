"""Connections to the addresses of tools, kept out of our own network.

The address is looked at where the socket is made: whatever a name resolved to a
moment ago, and however an address was written, this is what would be connected to.
"""

import ipaddress
import socket

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.connector import AddrInfoType

from routing.core.ruleset import HttpTool

# Public by their numbers, but they answer a machine with its own secrets: Azure's and
# Oracle's metadata.
METADATA = (
    ipaddress.ip_network("168.63.129.16/32"),
    ipaddress.ip_network("192.0.0.0/24"),
)


class AddressRefused(OSError):
    pass


class ToolSessions:
    """Two pools of connections, so that none is shared across what is allowed.

    One per process and event loop; made at start, closed at the end.
    """

    def __init__(self, *, resolver: AbstractResolver | None = None) -> None:
        self._public = new_session(public_socket, resolver)
        self._any = new_session(any_socket, resolver)

    def for_tool(self, tool: HttpTool) -> aiohttp.ClientSession:
        return self._any if tool.allow_private else self._public

    async def close(self) -> None:
        await self._public.close()
        await self._any.close()


def new_session(
    make_socket: aiohttp.SocketFactoryType, resolver: AbstractResolver | None
) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=resolver, socket_factory=make_socket, limit=100, limit_per_host=20
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        # Packed answers are not asked for, and could unpack to any size.
        auto_decompress=False,
        # Each tool has a limit of its own.
        timeout=aiohttp.ClientTimeout(total=None),
    )


def any_socket(address: AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    return socket.socket(family, kind, protocol)


def public_socket(address: AddrInfoType) -> socket.socket:
    if not is_public(str(address[4][0])):
        raise AddressRefused("not a public address")
    return any_socket(address)


def is_public(written: str) -> bool:
    """Whether an address belongs to the internet, and not to a network of ours."""
    found = ipaddress.ip_address(written)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        if found.sixtofour or found.is_site_local:
            return False
    return (
        found.is_global
        and not found.is_multicast
        and not found.is_reserved
        and not any(found in network for network in METADATA)
    )
