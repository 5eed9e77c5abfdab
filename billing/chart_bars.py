"""A chart as the admin's pages draw it: with Chart.js, which Unfold brings along."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from billing.core.report_page import Chart

HEIGHT = 220
AXIS_COLOUR = "#9ca3af"


@dataclass(frozen=True, slots=True)
class Bars:
    """`links` leads from each bar to what it counts; `rows` is the chart in figures,

    a row a day, for those who cannot see it or want to follow a link by keyboard.
    """

    chart: Chart
    links: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]

    @property
    def data(self) -> str:
        datasets = [
            {
                "label": series.name,
                "data": [float(value) for value in series.values],
                "backgroundColor": series.colour,
                "borderSkipped": False,
                "maxBarThickness": 36,
            }
            for series in self.chart.series
        ]
        return json.dumps({"labels": self.chart.days, "datasets": datasets})

    @property
    def options(self) -> str:
        ticks = {"color": AXIS_COLOUR, "maxRotation": 0, "autoSkip": True}
        whole = {} if self.chart.money else {"precision": 0}
        return json.dumps(
            {
                "animation": False,
                "responsive": True,
                "maintainAspectRatio": False,
                "interaction": {"mode": "index", "intersect": False},
                "plugins": {"legend": {"display": False}},
                "scales": {
                    "x": {"stacked": True, "grid": {"display": False}, "ticks": ticks},
                    "y": {
                        "stacked": True,
                        "beginAtZero": True,
                        "grid": {},
                        "ticks": ticks | whole,
                    },
                },
            }
        )


def bars(chart: Chart, links: Sequence[str]) -> Bars:
    rows = tuple(
        (
            day,
            links[place],
            tuple(
                f"{series.values[place]:,.2f}"
                if chart.money
                else f"{series.values[place]:,.0f}"
                for series in chart.series
            ),
        )
        for place, day in enumerate(chart.days)
    )
    return Bars(chart, tuple(links), rows)
