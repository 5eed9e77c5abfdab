"""A small configuration that is right, for tests that break one thing in it."""

RIGHT = """\
format: 1
calendars:
  - name: Office hours
    time_zone: Europe/Berlin
    spans:
      - {weekday: 0, opens: 08:00, closes: 18:00}
contacts:
  - name: Dana
    phone: +1 202 555 0151
    calendar: Office hours
policies:
  - name: Front desk first
    steps:
      - contact: Dana
agents:
  - name: Front desk
    instructions: You answer the phone.
    max_cost: 1.5
profiles:
  - name: English
    languages:
      - code: en-US
        greeting: Hello.
numbers:
  - e164: "+12025550100"
    label: Main line
    profile: English
    agent: Front desk
    policy: Front desk first
rules:
  - name: After hours
    numbers: ["+12025550100"]
    hours_match: closed
    calendar: Office hours
    action: voicemail
    message: |
      We are closed.
      Leave a message.
"""


def with_change(old: str, new: str) -> str:
    assert RIGHT.count(old) == 1, old
    return RIGHT.replace(old, new)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1
