"""The guard that keeps the test suite on this machine."""

import socket

import pytest

from tests.network import NetworkBlocked


def test_a_test_cannot_connect_to_another_machine() -> None:
    with socket.socket() as outside, pytest.raises(NetworkBlocked):
        outside.connect(("192.0.2.1", 443))


def test_a_test_cannot_look_up_a_name() -> None:
    with pytest.raises(NetworkBlocked):
        socket.getaddrinfo("api.openai.com", 443)


def test_a_test_can_connect_to_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
