"""Two people edit one record: the second is told what the first one did."""

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from routing.models import CalendarSpan, PhoneNumber
from tests import makers_routing as make
from tests.routing.admin.browsing import changed, open_page, save, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana() -> Client:
    user = User.objects.create(username="dana", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    return client


def refusal(answer: HttpResponse) -> str:
    assert answer.status_code == 200
    form = answer.context["adminform"].form  # type: ignore[attr-defined]
    return " ".join(form.non_field_errors())


def test_the_second_save_is_refused_with_who_when_and_what(
    admin_client: Client, dana: Client
) -> None:
    number = make.make_number(label="Main line")
    mine = changed(open_page(admin_client, number), label="My name for it")
    save(dana, number, label="Front line")
    answer = send(admin_client, number, mine)
    told = refusal(answer)
    assert "dana saved this while you were editing, on " in told
    assert "Label: Main line → Front line" in told
    assert "My name for it" in answer.content.decode()
    assert PhoneNumber.objects.get().label == "Front line"


def test_saving_again_puts_the_own_values_in_place(
    admin_client: Client, dana: Client
) -> None:
    number = make.make_number(label="Main line")
    mine = changed(open_page(admin_client, number), label="Mine")
    save(dana, number, label="Theirs")
    answer = send(admin_client, number, mine)
    again = {**mine, "seen": answer.context["adminform"].form["seen"].value()}
    assert send(admin_client, number, again).status_code == 302
    assert PhoneNumber.objects.get().label == "Mine"


def test_saving_twice_from_an_old_page_is_refused_again(
    admin_client: Client, dana: Client
) -> None:
    number = make.make_number()
    mine = open_page(admin_client, number)
    save(dana, number, label="Theirs")
    assert refusal(send(admin_client, number, mine))
    assert refusal(send(admin_client, number, mine))


def test_a_row_that_somebody_changed_counts_too(
    admin_client: Client, dana: Client
) -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"), name="Office")
    mine = changed(open_page(admin_client, calendar), spans__0__closes="20:00")
    save(dana, calendar, spans__0__opens="09:00")
    told = refusal(send(admin_client, calendar, mine))
    assert "Opens: 08:00 → 09:00" in told
    span = CalendarSpan.objects.get()
    assert (f"{span.opens:%H:%M}", f"{span.closes:%H:%M}") == ("09:00", "18:00")


def test_a_row_that_somebody_took_away_counts_too(
    admin_client: Client, dana: Client
) -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"), name="Office")
    mine = changed(open_page(admin_client, calendar), name="Mine")
    save(dana, calendar, spans__0__DELETE="on")
    assert "removed" in refusal(send(admin_client, calendar, mine))


def test_moving_a_rule_holds_nobody_back(admin_client: Client, dana: Client) -> None:
    rule = make.make_rule(name="A rule")
    mine = changed(open_page(admin_client, rule), name="Mine")
    rule.position = 7
    rule.save()
    assert send(admin_client, rule, mine).status_code == 302
    rule.refresh_from_db()
    assert (rule.name, rule.position) == ("Mine", 7)


def test_other_records_are_no_concern(admin_client: Client, dana: Client) -> None:
    number, other = make.make_number(), make.make_number()
    mine = changed(open_page(admin_client, number), label="Mine")
    save(dana, other, label="Theirs")
    assert send(admin_client, number, mine).status_code == 302
