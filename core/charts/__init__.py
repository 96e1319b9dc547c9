"""Charts: declared as data, drawn by Chart.js, and always beside a table with the same numbers."""

from core.charts.chart import Chart, Series, configure_charts

__all__ = ["Chart", "Series", "configure_charts"]
