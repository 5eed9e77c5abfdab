"""Comparing, exporting, going back and importing, as a manager does it."""

import threading
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from routing.errors import PublishedMeanwhile
from routing.models import Agent, PhoneNumber, Release
from routing.services import config, releases
from routing.services.history import Save, history
from tests import makers_routing as make
from tests.routing.services.config.files import RIGHT, with_change

RELEASES = "/admin/routing/release/"
IMPORT = f"{RELEASES}import/"


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().split())


def seen() -> str:
    return releases.fingerprint(releases.draft_snapshot())


def two_releases() -> PhoneNumber:
    number = make.make_number(label="Before")
    make.publish()
    PhoneNumber.objects.update(label="After")
    make.publish()
    return number


def test_any_two_releases_are_compared_in_words(admin_client: Client) -> None:
    two_releases()
    page = admin_client.get(f"{RELEASES}compare/", {"old": "1", "new": "2"})
    text = text_of(page)
    assert "1 difference." in text
    assert "Number “After”" in text
    assert "Label" in text
    assert "Before" in text
    back = text_of(admin_client.get(f"{RELEASES}compare/", {"old": "2", "new": "1"}))
    assert "Number “Before”" in back


def test_a_release_is_compared_with_the_draft(admin_client: Client) -> None:
    two_releases()
    text = text_of(admin_client.get(f"{RELEASES}compare/"))
    assert "There is no difference between them." in text
    PhoneNumber.objects.update(label="Now")
    assert "Number “Now”" in text_of(admin_client.get(f"{RELEASES}compare/"))


def test_what_does_not_exist_is_not_compared(admin_client: Client) -> None:
    make.publish()
    page = admin_client.get(f"{RELEASES}compare/", {"old": "7", "new": "draft"})
    assert page.status_code == 200
    assert "difference" not in text_of(page)


def test_going_back_publishes_what_was(admin_client: Client) -> None:
    number = two_releases()
    url = f"{RELEASES}1/restore/"
    text = text_of(admin_client.get(url))
    assert "Go back to release 1" in text
    assert "1 change to the draft." in text
    page = admin_client.post(url, {"seen": seen(), "_publish": ""}, follow=True)
    assert "Release 3 is published." in text_of(page)
    number.refresh_from_db()
    assert number.label == "Before"
    assert (
        releases.changes_between(releases.snapshot_of(1), releases.snapshot_of(3)) == []
    )
    assert Release.objects.get(number=3).note == "Back to release 1"


def test_going_back_only_in_the_draft(admin_client: Client) -> None:
    number = two_releases()
    admin_client.post(f"{RELEASES}1/restore/", {"seen": seen(), "_draft": ""})
    number.refresh_from_db()
    assert number.label == "Before"
    assert releases.newest_number() == 2
    assert len(releases.unpublished_changes()) == 1


def test_what_was_deleted_and_renamed_since_is_as_it_was(admin_client: Client) -> None:
    rule = make.make_rule(name="Gone")
    agent = make.make_agent(make.make_tool(), name="Old name")
    make.publish()
    before = releases.draft_snapshot()
    rule.delete()
    Agent.objects.filter(pk=agent.pk).update(name="New name")
    make.make_contact()
    make.publish()
    admin_client.post(f"{RELEASES}1/restore/", {"seen": seen(), "_publish": ""})
    assert releases.draft_snapshot() == before


def test_unpublished_work_that_would_be_lost_is_shown(admin_client: Client) -> None:
    two_releases()
    PhoneNumber.objects.update(label="In the making")
    text = text_of(admin_client.get(f"{RELEASES}1/restore/"))
    assert "The draft holds 1 change that nobody has published." in text
    assert "In the making" in text


def test_a_draft_changed_meanwhile_is_not_replaced(admin_client: Client) -> None:
    two_releases()
    token = seen()
    PhoneNumber.objects.update(label="Changed meanwhile")
    page = admin_client.post(
        f"{RELEASES}1/restore/", {"seen": token, "_publish": ""}, follow=True
    )
    assert "Look again." in text_of(page)
    assert PhoneNumber.objects.get().label == "Changed meanwhile"


def test_a_release_of_an_older_version_says_why_not(admin_client: Client) -> None:
    two_releases()
    first = Release.objects.get(number=1)
    shown = text_of(admin_client.get(f"{RELEASES}{first.pk}/change/"))
    assert "Go back to this release" in shown
    Release.objects.filter(number=1).update(document=None)
    shown = text_of(admin_client.get(f"{RELEASES}{first.pk}/change/"))
    assert "Go back to this release" not in shown
    assert "You cannot go back to this release or export it" in shown
    page = admin_client.get(f"{RELEASES}1/restore/", follow=True)
    assert "could not go back yet" in text_of(page)
    page = admin_client.get(f"{RELEASES}1/export/", follow=True)
    assert "could not go back yet" in text_of(page)


def test_a_release_and_the_draft_are_files(admin_client: Client) -> None:
    two_releases()
    first = admin_client.get(f"{RELEASES}1/export/")
    assert "label: Before" in first.content.decode()
    assert "phoneops-release-1.yaml" in first["Content-Disposition"]
    draft = admin_client.get(f"{RELEASES}export/").content.decode()
    assert draft == config.written(config.draft_document())


def uploaded(client: Client, text: str) -> Any:
    file = SimpleUploadedFile("configuration.yaml", text.encode())
    return client.post(IMPORT, {"file": file})


def test_an_uploaded_file_is_shown_first_and_then_taken(admin_client: Client) -> None:
    page = uploaded(admin_client, RIGHT)
    assert "Number “Main line”" in text_of(page)
    assert not PhoneNumber.objects.exists()
    posted = {
        "seen": page.context["seen"],
        "upload": page.context["upload"],
        "_publish": "",
    }
    page = admin_client.post(IMPORT, posted, follow=True)
    assert "Release 1 is published." in text_of(page)
    assert PhoneNumber.objects.get().label == "Main line"


def test_whoever_imports_or_goes_back_is_who_changed_each_record(
    admin_client: Client, manager: User
) -> None:
    make.make_number(e164="+12025550100", label="Before")
    make.publish()
    page = uploaded(admin_client, RIGHT)
    sent = {name: page.context[name] for name in ("seen", "upload")}
    admin_client.post(IMPORT, {**sent, "_publish": ""})
    number = PhoneNumber.objects.get()
    told = history(PhoneNumber, number.pk)[0]
    assert told.who == manager.username
    assert ("Label", "Before", "Main line") in changes_of(told)
    back = f"{RELEASES}1/restore/"
    admin_client.post(back, {"seen": seen(), "_publish": ""})
    told = history(PhoneNumber, number.pk)[0]
    assert told.who == manager.username
    assert ("Label", "Main line", "Before") in changes_of(told)
    release = Release.objects.first()
    assert release is not None
    assert (release.number, release.author) == (3, manager)


def changes_of(save: Save) -> list[tuple[str, str, str]]:
    return [(change.field, change.old, change.new) for change in save.changes]


def test_a_wrong_file_is_refused_with_its_lines(admin_client: Client) -> None:
    page = uploaded(admin_client, with_change("Europe/Berlin", "Europe/Berln"))
    assert "Line 4: calendar “Office hours”, time_zone:" in text_of(page)
    assert "Replace and publish" not in text_of(page)
    assert not PhoneNumber.objects.exists()


def test_what_was_uploaded_cannot_be_changed_on_the_way(admin_client: Client) -> None:
    page = uploaded(admin_client, RIGHT)
    posted = {"seen": page.context["seen"], "upload": page.context["upload"] + "x"}
    page = admin_client.post(IMPORT, posted, follow=True)
    assert "Choose the file again." in text_of(page)
    assert not PhoneNumber.objects.exists()


@pytest.mark.django_db
def test_only_those_who_may_edit_everything_replace_the_draft() -> None:
    two_releases()
    editor = get_user_model().objects.create(username="editor", is_staff=True)
    allowed = Permission.objects.filter(content_type__app_label="routing")
    without = ("delete_agent", "publish_release")
    editor.user_permissions.set(allowed.exclude(codename__in=without))
    client = Client()
    client.force_login(editor)
    assert client.get(IMPORT).status_code == 403
    assert client.post(f"{RELEASES}1/restore/", {"seen": seen()}).status_code == 403
    assert "Go back" not in text_of(client.get(f"{RELEASES}1/change/"))


@pytest.mark.django_db
def test_who_may_not_publish_replaces_the_draft_alone() -> None:
    two_releases()
    editor = get_user_model().objects.create(username="editor", is_staff=True)
    allowed = Permission.objects.filter(content_type__app_label="routing")
    editor.user_permissions.set(allowed.exclude(codename="publish_release"))
    client = Client()
    client.force_login(editor)
    assert "Replace and publish" not in text_of(client.get(f"{RELEASES}1/restore/"))
    client.post(f"{RELEASES}1/restore/", {"seen": seen(), "_publish": ""})
    assert releases.newest_number() == 2
    assert PhoneNumber.objects.get().label == "Before"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_is_told_to_look_again() -> None:
    """Both have read the same draft; only one release comes of it."""
    make.make_number()
    token, together = seen(), threading.Barrier(2)
    outcomes: list[str] = []

    def publish() -> None:
        together.wait()
        try:
            releases.publish(author=None, note="", seen=token, after=0)
            outcomes.append("published")
        except PublishedMeanwhile as other:
            outcomes.append(f"refused for release {other.number}")
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["published", "refused for release 1"]
    assert Release.objects.count() == 1


def test_comparing_costs_the_same_with_few_rules_and_with_many(
    admin_client: Client,
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(f"{RELEASES}compare/", {"old": "1", "new": "draft"})
            admin_client.get(f"{RELEASES}publish/")
        return len(captured)

    number = make.make_number()
    for _ in range(5):
        make.make_rule(number)
    make.publish()
    few = queries()
    for _ in range(45):
        make.make_rule(number)
    assert queries() == few
