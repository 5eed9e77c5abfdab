"""The charts of a mail as images: stacked bars, a day each.

Mail programs show neither scripts nor SVG. Titles and legends are text of the mail, in
its language; the image holds figures alone, which every font can draw.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import BytesIO
from itertools import accumulate

from PIL import Image, ImageDraw, ImageFont

from billing.core.report_page import Chart

# Twice what a mail shows it at, so that it is sharp on phones.
WIDTH, HEIGHT = 1120, 400
LEFT, RIGHT, TOP, BOTTOM = 110, 10, 20, 50
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
GRID, WRITING, GROUND = "#e5e7eb", "#4b5563", "#ffffff"
LINES = 4
ROUND = ("1", "1.2", "1.6", "2", "2.4", "3.2", "4", "6", "8", "10")
# Nobody makes half a call, so low bars of calls have steps of whole ones.
FEW_CALLS = Decimal(40)
MOST_LABELS = 16
FONT = ImageFont.load_default(26)


def draw(chart: Chart) -> bytes:
    """A PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    pen = ImageDraw.Draw(image)
    highest = max(chart.totals(), default=Decimal(0))
    top = round_top(highest) if chart.money else round_top_of_calls(highest)
    for height in steps(top):
        line = y_of(height, top)
        pen.line((LEFT, line, WIDTH - RIGHT, line), fill=GRID, width=2)
        write(pen, (LEFT - 14, line), figure(height), "rm")
    for place, label in enumerate(chart.labels):
        left, right = bar(place, len(chart.labels))
        stack = [series.values[place] for series in chart.series]
        draw_bar(pen, (left, right), stack, [s.colour for s in chart.series], top)
        if place % every(len(chart.labels)) == 0:
            write(pen, ((left + right) / 2, HEIGHT - BOTTOM + 12), label, "mt")
    content = BytesIO()
    image.quantize(64).save(content, "png", optimize=True)
    return content.getvalue()


def draw_bar(
    pen: ImageDraw.ImageDraw,
    across: tuple[float, float],
    stack: Sequence[Decimal],
    colours: Sequence[str],
    top: Decimal,
) -> None:
    ends = list(accumulate(stack))
    for value, end, colour in zip(stack, ends, colours, strict=True):
        if value > 0:
            box = (across[0], y_of(end, top), across[1], y_of(end - value, top))
            pen.rectangle(box, fill=colour)


def bar(place: int, bars: int) -> tuple[float, float]:
    width = PLOT_WIDTH / bars
    left = LEFT + width * place
    return left + width * 0.15, left + width * 0.85


def y_of(height: Decimal, top: Decimal) -> float:
    return TOP + PLOT_HEIGHT * (1 - float(height / top))


def write(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, anchor: str
) -> None:
    pen.text(at, text, fill=WRITING, font=FONT, anchor=anchor)


def every(labels: int) -> int:
    return -(-labels // MOST_LABELS)


def round_top(highest: Decimal) -> Decimal:
    """The least round number that is not below it, and a quarter of which is round."""
    if highest <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(highest.adjusted())
    tops = (Decimal(top) * power for top in ROUND)
    return next(top for top in tops if top >= highest)


def round_top_of_calls(highest: Decimal) -> Decimal:
    if highest >= FEW_CALLS:
        return round_top(highest)
    return Decimal(max(1, -(-int(highest) // LINES)) * LINES)


def steps(top: Decimal) -> Iterator[Decimal]:
    return (top * number / LINES for number in range(LINES + 1))


def figure(value: Decimal) -> str:
    return f"{float(value) / 1000:g}k" if value >= 10_000 else f"{float(value):g}"
