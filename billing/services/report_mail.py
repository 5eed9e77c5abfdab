"""A report as a mail: plain text, HTML with its charts inside, files where wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from email.utils import formatdate
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage as DjangoMessage
from django.template.loader import render_to_string
from django.utils import translation

from billing.core.report_page import Page
from billing.services.report_charts import draw
from billing.services.report_files import File


class WholeMessage(EmailMessage):
    """Written out the way Django's mail backends ask for it."""

    def as_bytes(
        self, unixfrom: bool = False, policy: object = None, linesep: str = "\n"
    ) -> bytes:
        return super().as_bytes(unixfrom, self.policy.clone(linesep=linesep))


class ReportMail(DjangoMessage):
    """Django joins images to the whole mail, not to its HTML, and some mail programs
    then list them as attachments. So the message is put together here."""

    def __init__(self, whole: WholeMessage, to: str) -> None:
        super().__init__(to=[to], from_email=settings.DEFAULT_FROM_EMAIL)
        self.whole = whole

    def message(self) -> WholeMessage:  # type: ignore[override]  # the later, plain kind
        return self.whole


@dataclass(frozen=True, slots=True)
class Composed:
    """What is the same for every recipient."""

    subject: str
    text: str
    html: str
    images: Sequence[tuple[str, bytes]]
    files: Sequence[File] = ()

    def addressed(self, to: str, identity: str) -> ReportMail:
        """`identity` makes the message's id, by which a mail server knows a second

        copy for what it is.
        """
        mail = WholeMessage()
        mail["Subject"] = self.subject
        mail["From"] = settings.DEFAULT_FROM_EMAIL
        mail["To"] = to
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{identity}@{urlsplit(settings.PORTAL_URL).hostname}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(self.text)
        mail.add_alternative(self.html, subtype="html")
        shown = mail.get_payload(1)
        assert isinstance(shown, MIMEPart)
        for key, png in self.images:
            shown.add_related(png, "image", "png", cid=f"<{key}>", disposition="inline")
        for file in self.files:
            maintype, _, subtype = file.type.partition("/")
            mail.add_attachment(file.content, maintype, subtype, filename=file.name)
        return ReportMail(mail, to)


def compose(page: Page, files: Sequence[File] = ()) -> Composed:
    with translation.override(page.language):
        text = render_to_string("mail/report.txt", {"page": page})
        html = render_to_string("mail/report.html", {"page": page})
    images = [(chart.key, draw(chart)) for chart in page.charts if chart.series]
    return Composed(" ".join(page.subject.split()), text, html, images, files)
