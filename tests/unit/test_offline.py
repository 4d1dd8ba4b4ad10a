"""The tests' own guard: no connection leaves this machine, and loopback works."""

import os
import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_a_connection_to_another_machine_is_refused(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as outside, pytest.raises(RuntimeError, match="without a network"):
        outside.connect((host, 443))


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(RuntimeError, match="without a network"):
        socket.create_connection(("huggingface.co", 443))


def test_loopback_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        socket.create_connection(("localhost", address[1]), timeout=5).close()


def test_the_hub_is_off_for_children_too() -> None:
    assert os.environ["HF_HUB_OFFLINE"] == "1"
