"""Caller lists: by hand, out to a file and back in; a wrong file is refused whole."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from routing.errors import CallerFileRefused
from routing.models import CallerEntry, CallerList
from routing.services import caller_files, history
from routing.services.caller_lists import lists_of
from tests import makers_routing as make

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def export(client: Client, chosen: CallerList) -> bytes:
    page = reverse("admin:routing_callerlist_export", args=[chosen.pk])
    return bytes(client.get(page).content)


def put_in(client: Client, chosen: CallerList, content: bytes, **data: str) -> Any:
    page = reverse("admin:routing_callerlist_import", args=[chosen.pk])
    file = SimpleUploadedFile("callers.csv", content, content_type="text/csv")
    return client.post(page, {"file": file, **data})


def on(chosen: CallerList) -> list[tuple[str, str]]:
    return list(chosen.entries.values_list("caller", "reason"))


@pytest.mark.django_db
def test_what_is_exported_can_be_taken_again(admin_client: Client) -> None:
    until = timezone.now().replace(microsecond=0, second=0) + timedelta(days=3)
    chosen = make.make_list("+12025550142", "+1303*")
    make.make_entry(chosen, "sip:ana@example.com", reason="=1+1; “x”")
    make.make_entry(chosen, "+12025550143", expires_at=until)
    content, before = export(admin_client, chosen), on(chosen)
    other = make.make_list()
    assert put_in(admin_client, other, content).status_code == 302
    assert on(other) == before
    assert other.entries.get(caller="+12025550143").expires_at == until
    author = other.entries.first()
    assert author is not None
    assert str(author.author) == "manager"


@pytest.mark.django_db
def test_a_file_adds_and_renews_or_replaces(admin_client: Client) -> None:
    chosen = make.make_list("+12025550142", "+12025550143")
    content = b"caller;reason\r\n+1 202 555 0143;New\r\n\r\n'+12025550144;Newer\r\n"
    put_in(admin_client, chosen, content)
    assert on(chosen) == [
        ("+12025550142", "A reason."),
        ("+12025550143", "New"),
        ("+12025550144", "Newer"),
    ]
    put_in(admin_client, chosen, content, replace="on")
    assert [caller for caller, _ in on(chosen)] == ["+12025550143", "+12025550144"]
    latest = history.history(CallerList, chosen.pk)[0]
    told = [change.new for change in latest.changes]
    assert "2 from a file, 1 taken off" in told


@pytest.mark.django_db
def test_a_wrong_file_changes_nothing_and_says_where(admin_client: Client) -> None:
    chosen = make.make_list("+12025550142")
    content = b"caller,reason\n+12025550143,Fine\n0199,Not fine\n"
    page = put_in(admin_client, chosen, content, replace="on")
    assert page.status_code == 200
    text = " ".join(page.text.split())
    assert "Nothing was taken. Line 3: “0199”: Write the number" in text
    assert on(chosen) == [("+12025550142", "A reason.")]


@pytest.mark.parametrize(
    ("content", "line", "remedy"),
    [
        (b"", 1, "Write as headings"),
        (b"number,reason\n", 1, "Write as headings"),
        (b"caller,caller\n", 1, "Write as headings"),
        (b"caller,reason\n+12025550143,\n", 2, "Write a reason"),
        (b"caller\n+12025550143\n", 2, "Write a reason"),
        (b"caller,reason\n+12025550143,x,y\n", 2, "more cells than headings"),
        (b"caller,reason\n,x\n", 2, "Write the number"),
        (b"caller,reason\n+12025550143," + b"x" * 201, 2, "Shorten"),
        (
            b"caller,reason\n+12025550143,x\n+1 202 5550143,x\n",
            3,
            "stands in line 2 too",
        ),
        (b"caller,reason,until\n+12025550143,x,soon\n", 2, "“soon” is no date"),
        (b"caller,reason,until\n+12025550143,x,2026-11-22\n", 2, "has passed"),
        (b"caller,reason,until\n+12025550143,x,9999-12-31\n", 2, "is no date"),
        (b"caller,reason\n\xff,x\n", 2, "UTF-8"),
        (b'caller,reason\n"+12025550143,x\n', 2, "no CSV"),
        (b"x" * (caller_files.MOST_BYTES + 1), 1, "larger than 10 MB"),
    ],
)
def test_a_file_is_refused_with_its_line(
    content: bytes, line: int, remedy: str
) -> None:
    with pytest.raises(CallerFileRefused, match=remedy) as refused:
        caller_files.read_file(content, NOW)
    assert refused.value.line == line


def test_a_file_of_a_hundred_thousand_lines_is_refused() -> None:
    rows = "\n".join(f"+1202{n:07d},x" for n in range(100_000))
    with pytest.raises(CallerFileRefused, match="more than 50,000"):
        caller_files.read_file(f"caller,reason\n{rows}".encode(), NOW)


def test_a_day_in_a_file_is_meant_to_its_end() -> None:
    content = b"caller,reason,until\n+12025550143,x,2026-11-23\n"
    (row,) = caller_files.read_file(content, NOW)
    assert row.until == datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.django_db
def test_lists_are_found_by_number_beginning_and_address() -> None:
    make.make_list("+12025550142", name="exact")
    make.make_list("+1202*", "+12025550142", name="both", kind="vip")
    make.make_list("sip:ana@example.com", name="sip")
    now = timezone.now()
    assert [found.name for found in lists_of("+12025550142", now)] == ["both", "exact"]
    assert [found.name for found in lists_of("+12025550143", now)] == ["both"]
    assert [found.name for found in lists_of("sip:ana@example.com", now)] == ["sip"]
    assert lists_of("+44", now) == lists_of("", now) == ()


@pytest.mark.django_db
def test_whoever_adds_a_caller_is_on_record(admin_client: Client) -> None:
    chosen = make.make_list()
    page = reverse("admin:routing_callerentry_add")
    data = {"caller_list": chosen.pk, "caller": "+12025550142", "reason": "Rude"}
    admin_client.post(page, data)
    assert str(CallerEntry.objects.get().author) == "manager"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("held", "replace", "status"),
    [([], "", 403), (["add_callerentry"], "", 302), (["add_callerentry"], "on", 403)],
)
def test_a_file_needs_the_permission(
    client: Client, held: list[str], replace: str, status: int
) -> None:
    user = User.objects.create(username="u", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=held))
    client.force_login(user)
    content = b"caller,reason\n+12025550143,x\n"
    data = {"replace": replace} if replace else {}
    assert put_in(client, make.make_list(), content, **data).status_code == status
