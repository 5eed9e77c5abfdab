import pytest
from django.contrib.auth import get_user_model
from django.test import Client


@pytest.fixture
def admin_client(db: None) -> Client:
    """pytest-django's own hashes a password for every test, which takes longest."""
    client = Client()
    client.force_login(
        get_user_model().objects.create(
            username="manager", is_staff=True, is_superuser=True
        )
    )
    return client
