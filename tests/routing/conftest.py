from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client


@pytest.fixture
def manager(db: None) -> Any:
    """Without a password: hashing one takes longer than most tests."""
    users = get_user_model().objects
    return users.create(username="manager", is_staff=True, is_superuser=True)


@pytest.fixture
def admin_client(manager: Any) -> Client:
    client = Client()
    client.force_login(manager)
    return client
