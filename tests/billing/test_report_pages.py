"""Reports as people get to see them: mails, pages, files, and the command."""

import csv
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from email.message import EmailMessage
from io import BytesIO, StringIO

import openpyxl
import pytest
import time_machine
from django.core import mail as outbox
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from PIL import Image

from billing.core.report_page import Chart, Series
from billing.models import ExchangeRate, ReportSubscription, SentReport
from billing.services import report_charts, report_delivery
from billing.services.report_files import unable_to_run
from billing.tasks import send_copy, send_due_reports, send_report
from calls.core.words import CallState, Disposition
from calls.models import Call
from routing.models import Release
from tests.billing.report_rows import FRIDAY, make_report_row, make_subscription
from tests.calls.admin.scene import make_staff
from tests.makers_calls import NOON, make_call
from tests.makers_routing import make_number

pytestmark = pytest.mark.django_db
PAGE = "/admin/billing/reportsubscription/report/"
ON_FRIDAY = NOON - timedelta(days=3)


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def closed(**fields: object) -> Call:
    return make_call(
        **{
            "state": CallState.CLOSED,
            "offered_at": ON_FRIDAY,
            "time_zone": "America/New_York",
            "disposition": Disposition.RESOLVED,
            **fields,
        }
    )


def command(**options: str) -> str:
    said = StringIO()
    call_command("send_reports", stdout=said, **options)
    return said.getvalue()


def mails() -> list[EmailMessage]:
    return [mail.message() for mail in outbox.outbox]


def copy(day: str = "2026-11-20") -> EmailMessage:
    command(date=day, to="eve@example.org")
    return mails()[-1]


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


# The mail


def test_the_subject_says_the_essential() -> None:
    make_subscription()
    closed()
    closed(disposition=Disposition.LOST)
    assert copy()["Subject"].replace("\u00a0", " ") == (
        "Clinic, Fri 20 Nov: 2 calls, 1 lost, 50 % contained"
    )
    assert copy("2026-11-19")["Subject"] == "Clinic, Thu 19 Nov: no calls"


def test_a_mail_is_text_and_html_with_charts_inside() -> None:
    make_subscription()
    call = closed(disposition=Disposition.LOST)
    mail = copy()
    link = reverse("admin:calls_call_change", args=[call.pk])
    for kind in ("plain", "html"):
        assert "We lost this caller" in text_of(mail, kind)
        assert f"http://127.0.0.1:8000{link}" in text_of(mail, kind)
    assert "1 offered = 1 lost; 0 unaccounted" in text_of(mail)
    images = [p for p in mail.walk() if p.get_content_type() == "image/png"]
    assert [image["Content-ID"] for image in images] == ["<calls>"]
    assert 'src="cid:calls"' in text_of(mail, "html")
    assert images[0].get_content().startswith(b"\x89PNG")


def test_what_people_wrote_cannot_break_out_of_the_mail() -> None:
    make_subscription()
    closed(disposition=Disposition.LOST, number_label="<script>alert(1)</script>")
    mail = copy()
    assert "<script>" not in text_of(mail, "html")
    assert "<script>" in text_of(mail)


def test_the_first_release_is_compared_with_nothing() -> None:
    make_subscription()
    with time_machine.travel(ON_FRIDAY, tick=False):
        Release.objects.create(number=1, snapshot={}, note="To begin with")
    closed(release_number=1, offered_at=ON_FRIDAY + timedelta(hours=1))
    text = text_of(copy())
    assert "“To begin with”" in text
    assert "There are no calls before and after it to compare." in text
    assert "few calls" not in text


def test_a_day_without_calls_reads_well() -> None:
    make_subscription()
    text = text_of(copy())
    assert "0 offered = 0; 0 unaccounted" in text
    assert "No caller was handed to a person." in text
    assert "Nothing broke." in text


def test_a_report_can_be_in_spanish_and_in_another_currency() -> None:
    ExchangeRate.objects.create(
        currency="EUR", rate=Decimal("0.5"), valid_from=date(2026, 1, 1)
    )
    make_subscription(language="es", currency="EUR", name="Clínica")
    closed()
    mail = copy()
    assert mail["Subject"].startswith("Clínica, vie 20 nov: 1 llamada")
    text = text_of(mail)
    assert "viernes 20 de noviembre de 2026" in text
    assert "Los importes están en EUR, a 0,5 por 1 USD" in text
    assert 'lang="es"' in text_of(mail, "html")


def test_without_a_rate_amounts_stay_as_they_are_and_it_says_so() -> None:
    make_subscription(currency="EUR")
    ExchangeRate.objects.create(
        currency="EUR", rate=Decimal("0.5"), valid_from=date(2026, 11, 21)
    )
    text = text_of(copy())
    assert "no exchange rate for EUR has been entered that was valid then" in text
    assert "Spend: $0.00" in text


def test_figures_are_attached_on_request() -> None:
    make_subscription(attach_csv=True, attach_xlsx=True)
    closed()
    table, book = copy().iter_attachments()
    assert table.get_filename() == "phoneops-report-2026-11-20.csv"
    rows = list(csv.reader(StringIO(table.get_content())))
    assert ["Offered", "1", "0", "new"] in rows
    sheets = openpyxl.load_workbook(BytesIO(book.get_content()))
    found = [row[:3] for row in sheets["Calls"].iter_rows(values_only=True)]
    assert ("Offered", 1, 0) in found


@pytest.mark.parametrize(
    ("text", "kept"),
    [("=1+1", "'=1+1"), ("-cmd", "'-cmd"), ("+1+cmd", "'+1+cmd"), ("+20 %", "+20 %")],
)
def test_a_file_holds_no_formula_of_others(text: str, kept: str) -> None:
    assert unable_to_run(text) == kept


# The charts


def bars(*values: int, money: bool = False) -> Chart:
    shown = Series("x", "#dc2626", tuple(Decimal(value) for value in values))
    labels = tuple(str(number) for number in range(len(values)))
    return Chart("calls", "Calls", labels, labels, (shown,), "", money)


def test_a_bar_is_as_high_as_its_figure() -> None:
    image = Image.open(BytesIO(report_charts.draw(bars(4, 2)))).convert("RGB")
    left, right = (round(sum(report_charts.bar(n, 2)) / 2) for n in (0, 1))
    base = report_charts.HEIGHT - report_charts.BOTTOM - 4

    def height(column: int) -> int:
        return sum(image.getpixel((column, y)) == (220, 38, 38) for y in range(base))

    assert height(left) == pytest.approx(2 * height(right), rel=0.03)
    assert height(left) > report_charts.PLOT_HEIGHT * 0.9


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 4), (5, 8), (39, 40), (41, 60), (950, 1000)]
)
def test_the_axis_ends_at_a_round_number_of_calls(highest: int, top: int) -> None:
    found = report_charts.round_top_of_calls(Decimal(highest))
    assert found == top


# The command and the schedule


def test_what_is_due_is_sent_once() -> None:
    make_subscription(served_since=NOON - timedelta(days=1), send_at=time(6))
    assert "1 sent" in command()
    assert command() == "Nothing is due.\n"
    assert len(outbox.outbox) == 1
    assert SentReport.objects.get().last_day == date(2026, 11, 22)


def test_a_day_can_be_sent_by_hand_and_only_once() -> None:
    make_subscription()
    assert command(date="2026-11-20") == "Clinic, 2026-11-20: 1 sent\n"
    assert "was sent already" in command(date="2026-11-20")
    assert len(outbox.outbox) == 1


def test_a_weekly_report_is_about_the_week_of_the_day() -> None:
    make_subscription(rhythm="week", weekday=0)
    assert "2026-11-16 to 2026-11-22: 1 sent" in command(date="2026-11-20")


def test_a_copy_does_not_count_as_sent() -> None:
    make_subscription("ana@example.org")
    copy()
    assert not SentReport.objects.exists()
    command(date="2026-11-20")
    assert [mail["To"] for mail in mails()] == ["eve@example.org", "ana@example.org"]


def test_without_a_subscription_a_copy_is_about_all_lines() -> None:
    closed()
    assert copy()["Subject"].startswith("PhoneOps, Fri 20 Nov: 1 call")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "Nobody gets reports yet"),
        ({"date": "yesterday"}, "is no day; write it as 2026-11-20"),
        ({"date": "2027-01-01"}, "has not come yet"),
        ({"to": "nobody"}, "is no mail address"),
    ],
)
def test_bad_input_gets_a_clear_answer(options: dict[str, str], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        command(**options)


def test_paused_subscriptions_are_left_alone() -> None:
    make_subscription(active=False)
    send_due_reports()
    assert not SentReport.objects.exists()


def test_the_clock_opens_reports_and_a_task_sends_them() -> None:
    make_subscription(served_since=NOON - timedelta(days=1))
    send_due_reports()
    send_due_reports()
    report = SentReport.objects.get()
    send_report(report.pk)
    send_report(report.pk)
    assert len(outbox.outbox) == 1


# The admin


def test_the_page_shows_any_days_and_keeps_its_choices(admin_client: Client) -> None:
    number = make_number(label="Desk", time_zone="America/New_York")
    closed(dialled=number.e164)
    closed(dialled="+12025550177")
    query = {"first": "2026-11-18", "last": "2026-11-20", "numbers": number.e164}
    answer = admin_client.get(PAGE, query)
    assert "Wednesday 18 November 2026 to Friday 20 November 2026" in answer.text
    assert answer.context["page"].equation.offered.calls == 1
    assert 'value="2026-11-18"' in answer.text
    downloads = dict(answer.context["downloads"])
    assert "numbers=%2B" in downloads["Download as CSV"]
    assert "first=2026-11-18" in downloads["Download as CSV"]


def test_the_calls_of_one_agent_are_followed_to_their_list(
    admin_client: Client,
) -> None:
    number = make_number(time_zone="America/New_York")
    key = str(number.agent_id)
    expected = closed(agent_key=key)
    closed(agent_key="0")
    answer = admin_client.get(PAGE, {"first": "2026-11-20", "agent": key})
    page = answer.context["page"]
    assert number.agent is not None
    assert page.about == number.agent.name
    list_of_calls = page.equation.offered.link.partition("8000")[2]
    assert list(admin_client.get(list_of_calls).context["cl"].queryset) == [expected]


def test_a_bare_address_shows_yesterday(admin_client: Client) -> None:
    make_number(time_zone="America/New_York")
    assert admin_client.get(PAGE).context["page"].title == "Sunday 22 November 2026"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"first": "2026-11-20", "last": "2026-11-18"}, "lies before the first"),
        ({"first": "2024-01-01", "last": "2026-11-18"}, "Choose at most 400 days"),
        ({"first": "soon"}, "Enter a valid date"),
        ({"zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"first": "9999-12-31"}, "Choose a day"),
        ({"first": "0001-01-01"}, "Choose a day"),
    ],
)
def test_a_bad_choice_says_what_to_change(
    admin_client: Client, query: dict[str, str], told: str
) -> None:
    answer = admin_client.get(PAGE, query)
    assert answer.status_code == 200
    assert told in answer.text


@pytest.mark.parametrize(
    ("kind", "beginning"), [("csv", b"\xef\xbb\xbfFriday 20"), ("xlsx", b"PK")]
)
def test_the_page_can_be_downloaded(
    admin_client: Client, kind: str, beginning: bytes
) -> None:
    answer = admin_client.get(PAGE, {"first": "2026-11-20", "download": kind})
    name = f'filename="phoneops-report-2026-11-20.{kind}"'
    assert name in answer["Content-Disposition"]
    assert answer.content.startswith(beginning)


def test_the_page_is_for_those_who_may_see_reports(client: Client) -> None:
    client.force_login(make_staff("desk", "view_call"))
    assert client.get(PAGE).status_code == 403


FORM = {
    "name": "Clinic",
    "active": "on",
    "recipients": "ana@example.org\nben@example.org, eve@example.org",
    "rhythm": "day",
    "weekday": "0",
    "send_at": "06:00",
    "time_zone": "America/New_York",
    "language": "en",
    "currency": "eur",
}
ADD = reverse("admin:billing_reportsubscription_add")


def test_a_subscription_is_made_in_the_admin(admin_client: Client) -> None:
    number = make_number()
    admin_client.post(ADD, {**FORM, "numbers": [number.e164]})
    made = ReportSubscription.objects.get()
    assert made.recipients == [f"{n}@example.org" for n in ("ana", "ben", "eve")]
    assert made.numbers == [number.e164]
    assert made.currency == "EUR"
    assert made.served_since == NOON


def test_a_wrong_address_is_named(admin_client: Client) -> None:
    answer = admin_client.post(ADD, {**FORM, "recipients": "ana@example.org\nben"})
    assert "Not a mail address: ben." in answer.text
    assert not ReportSubscription.objects.exists()


def test_what_was_due_during_a_pause_stays_unsent(admin_client: Client) -> None:
    paused = make_subscription(active=False)
    change = reverse("admin:billing_reportsubscription_change", args=[paused.pk])
    admin_client.post(change, FORM)
    paused.refresh_from_db()
    assert paused.active
    assert paused.served_since == NOON


def test_the_lists_say_what_was_sent_and_what_comes(admin_client: Client) -> None:
    report = make_report_row("ana@example.org", "ben@example.org")
    report.deliveries.filter(address="ben@example.org").update(state="refused")
    subscriptions = admin_client.get("/admin/billing/reportsubscription/").text
    assert "24 Nov 2026, 06:00 EST" in subscriptions
    assert "Refused by the mail server" in subscriptions
    sent = admin_client.get("/admin/billing/sentreport/").text
    assert "Friday 20 November 2026" in sent
    assert "0 of 2 reached" in sent
    one = admin_client.get(f"/admin/billing/sentreport/{report.pk}/change/").text
    assert "ben@example.org" in one


def test_what_was_perhaps_sent_is_explained_and_can_be_sent_again(
    admin_client: Client, client: Client
) -> None:
    report = make_report_row("ana@example.org")
    report.deliveries.update(state="unknown", why="the mail server broke off")
    SentReport.objects.update(open=False)
    page = f"/admin/billing/sentreport/{report.pk}/change/"
    again = f"/admin/billing/sentreport/{report.pk}/again/"
    shown = admin_client.get(page).text
    assert "Nobody can know whether it arrived" in shown
    assert "somebody may get it twice" in shown
    assert again in shown
    assert admin_client.get(again).status_code == 403
    client.force_login(make_staff("eve", "view_sentreport"))
    assert again not in client.get(page).text
    assert client.post(again).status_code == 403
    answer = admin_client.post(again, follow=True)
    assert "It is on its way to 1 recipient again." in answer.text
    assert again not in answer.text
    report.refresh_from_db()
    assert report.open
    assert report_delivery.to_send(NOON, 9) == [report.pk]
    answer = admin_client.post(again, follow=True)
    assert "There is nobody to send it to again." in answer.text


def test_a_copy_can_be_asked_for_in_the_list(admin_client: Client) -> None:
    subscription = make_subscription()
    address = "/admin/billing/reportsubscription/"
    asked = {"action": "send_me_a_copy", "_selected_action": [subscription.pk]}
    answer = admin_client.post(address, asked, follow=True)
    assert "1 on the way to admin@example.com." in answer.text
    send_copy(subscription.pk, "admin@example.com")
    assert mails()[-1]["Subject"] == "Clinic, Sun 22 Nov: no calls"
    assert not SentReport.objects.exists()


def test_a_day_of_a_subscription_has_one_report() -> None:
    report = make_report_row()
    again = report_delivery.open_report(report.subscription, report.period(), NOON)
    assert again == (report, False)
    assert report.first_day == FRIDAY
