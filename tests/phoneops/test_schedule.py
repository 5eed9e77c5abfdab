from django.conf import settings

from phoneops.celery import app


def test_everything_that_is_scheduled_exists() -> None:
    app.loader.import_default_modules()
    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"calls.tasks.sweep", "calls.tasks.check_models"} <= planned
    assert planned <= set(app.tasks)
