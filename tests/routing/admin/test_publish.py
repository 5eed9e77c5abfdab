import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from routing.models import Language, PhoneNumber, Release
from routing.services import releases
from tests import makers_routing as make

PUBLISH = "/admin/routing/release/publish/"
LIST = "/admin/routing/phonenumber/"


def text_of(client: Client, url: str) -> str:
    return " ".join(client.get(url, follow=True).content.decode().split())


def seen() -> str:
    return releases.fingerprint(releases.draft_snapshot())


def test_every_page_says_what_waits_to_be_published(admin_client: Client) -> None:
    number = make.make_number()
    make.publish()
    pages = (
        LIST,
        f"{LIST}{number.pk}/change/",
        f"{LIST}{number.pk}/delete/",
        f"{LIST}{number.pk}/history/",
        "/admin/routing/",
        "/admin/routing/release/",
    )
    for page in pages:
        assert "not yet published" not in text_of(admin_client, page)
    PhoneNumber.objects.update(label="Other", active=False)
    for page in pages:
        text = text_of(admin_client, page)
        assert "2 changes not yet published." in text
        assert PUBLISH in text


def test_a_popup_is_too_small_for_the_bar(admin_client: Client) -> None:
    make.make_number()
    assert "not yet published" not in text_of(admin_client, f"{LIST}add/?_popup=1")


def test_the_page_lists_the_changes_in_words(admin_client: Client) -> None:
    make.make_number(label="Old")
    make.publish()
    PhoneNumber.objects.update(label="New")
    make.make_contact(name="Dana")
    text = text_of(admin_client, PUBLISH)
    assert "Number “New”" in text
    assert "Contact “Dana”" in text
    assert "2 changes will apply to every new call" in text
    assert "After publishing" in text


def test_publishing_makes_a_release_with_note_and_author(admin_client: Client) -> None:
    make.make_number()
    posted = {"seen": seen(), "note": "First try"}
    page = admin_client.post(PUBLISH, posted, follow=True)
    assert "Release 1 is published." in page.content.decode()
    release = Release.objects.get()
    assert release.note == "First try"
    assert str(release.author) == "manager"


def test_what_somebody_else_changed_meanwhile_is_read_first(
    admin_client: Client,
) -> None:
    make.make_number()
    posted = {"seen": seen()}
    PhoneNumber.objects.update(label="Changed meanwhile")
    page = admin_client.post(PUBLISH, posted, follow=True)
    assert "Look again." in page.content.decode()
    assert not Release.objects.exists()


def test_nothing_is_published_when_nothing_changed(admin_client: Client) -> None:
    make.make_number()
    make.publish()
    assert "Everything is published." in text_of(admin_client, PUBLISH)
    page = admin_client.post(PUBLISH, {"seen": seen()}, follow=True)
    assert "There is nothing to publish." in page.content.decode()
    assert Release.objects.count() == 1


def test_what_would_fail_on_a_call_has_to_be_corrected_first(
    admin_client: Client,
) -> None:
    make.make_number()
    Language.objects.update(voice="Joanna-Neural")
    assert "cannot be published yet" in text_of(admin_client, PUBLISH)
    admin_client.post(PUBLISH, {"seen": seen()})
    assert not Release.objects.exists()


@pytest.mark.django_db
def test_only_those_who_may_publish_can() -> None:
    make.make_number()
    editor = get_user_model().objects.create(username="editor", is_staff=True)
    allowed = Permission.objects.filter(content_type__app_label="routing")
    editor.user_permissions.set(allowed.exclude(codename="publish_release"))
    client = Client()
    client.force_login(editor)
    assert client.get(PUBLISH).status_code == 403
    assert client.post(PUBLISH, {"seen": seen()}).status_code == 403
    text = text_of(client, LIST)
    assert "not yet published" in text
    assert PUBLISH not in text


def test_a_release_is_read_and_never_changed(admin_client: Client) -> None:
    make.make_number(label="Before")
    make.publish()
    PhoneNumber.objects.update(label="After")
    release = make.publish("Renamed")
    url = reverse("admin:routing_release_change", args=[release.pk])
    text = text_of(admin_client, url)
    assert "What this release changed" in text
    assert "Before" in text
    assert "Language profile" in text
    assert "What stops the agent" in text
    assert 'name="_save"' not in text
    assert admin_client.post(url, {"note": "x"}).status_code == 403
    assert admin_client.get("/admin/routing/release/add/").status_code == 403
    delete = reverse("admin:routing_release_delete", args=[release.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403


def test_a_release_that_does_not_exist_leads_back(admin_client: Client) -> None:
    page = admin_client.get("/admin/routing/release/99/change/")
    assert page.status_code == 302
