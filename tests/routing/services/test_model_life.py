from datetime import UTC, date, datetime

import pytest

from routing.models import ModelLife
from routing.services import model_life

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 5, tzinfo=UTC)
DAY = date(2027, 1, 20)


def test_dates_are_kept_and_corrected() -> None:
    model_life.learn({"gpt-realtime": DAY, "gpt-6-luna": None}, NOW)
    assert model_life.learned() == {"gpt-realtime": DAY}
    model_life.learn({"gpt-realtime": date(2027, 2, 1)}, LATER)
    assert model_life.learned() == {"gpt-realtime": date(2027, 2, 1)}
    assert ModelLife.objects.get().learned_at == LATER


def test_a_date_that_was_taken_back_is_forgotten() -> None:
    model_life.learn({"gpt-realtime": DAY}, NOW)
    model_life.learn({"gpt-realtime": None}, LATER)
    assert model_life.learned() == {}


def test_a_model_that_is_listed_no_longer_has_stopped() -> None:
    model_life.learn({"gpt-realtime": DAY}, NOW)
    model_life.learn({"gpt-6-luna": None}, LATER)
    assert model_life.learned() == {"gpt-realtime": DAY}
    assert str(ModelLife.objects.get()) == "gpt-realtime"
