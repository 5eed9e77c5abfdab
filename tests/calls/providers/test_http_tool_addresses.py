"""Where a tool may go: no address of ours that was not meant."""

from dataclasses import replace

import pytest

from calls.providers.http_tools.connections import is_public
from tests.calls.providers.tool_server import (
    TOOL,
    PretendedNames,
    serving,
)

PRIVATE = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0.0.0.0",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "[fd00:ec2::254]",
]


@pytest.mark.parametrize("host", PRIVATE)
async def test_private_addresses_are_refused_however_they_are_written(
    host: str,
) -> None:
    async with serving() as server:
        port = server.origin.rpartition(":")[2]
        tool = replace(TOOL, url=f"http://{host}:{port}/", allow_private=False)
        outcome = await server.run(tool, day="monday")
    assert outcome.output == "The tool is set up wrongly and cannot be used."
    assert outcome.problem in ("address_refused", "set_up_wrongly")
    assert server.seen == []


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["10.0.0.1", "127.0.0.1", "::1"]])
async def test_a_public_name_at_a_private_address_is_refused(
    addresses: list[str],
) -> None:
    async with serving(names=PretendedNames(*addresses)) as server:
        port = server.origin.rpartition(":")[2]
        url = f"http://crm.example.com:{port}/"
        refused = await server.run(
            replace(TOOL, url=url, allow_private=False), day="monday"
        )
        assert refused.problem == "address_refused"
        assert server.seen == []


async def test_a_connection_of_a_private_tool_is_not_lent_to_a_public_one() -> None:
    async with serving(names=PretendedNames("127.0.0.1")) as server:
        port = server.origin.rpartition(":")[2]
        private = replace(TOOL, url=f"http://crm.example.com:{port}/")
        public = replace(private, allow_private=False)
        assert (await server.run(private, day="monday")).ok
        assert not (await server.run(public, day="monday")).ok
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("fec0::1", False),
        ("fe80::1%eth0", False),
        ("64:ff9b::7f00:1", False),
        ("224.0.0.1", False),
        ("ff02::1", False),
        ("100.64.0.1", False),
        ("240.0.0.1", False),
        ("168.63.129.16", False),
        ("192.0.0.192", False),
    ],
)
def test_knows_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public
