"""Reading a series from a file or from pasted numbers, and forecasting it without a network.

Nothing here knows a network or a page: ``reading.read`` and ``pasted.read_pasted`` turn what a visitor brings
into a ``Series`` on an even grid, or into a question or a problem; ``classical`` holds the baselines and measures;
``backtest`` judges any method on the end of the series.
"""

from models.series.grid import Series, build_series
from models.series.pasted import read_pasted
from models.series.problems import NotASeries, Note, Question
from models.series.reading import Reading, Settings, read

__all__ = ["NotASeries", "Note", "Question", "Reading", "Series", "Settings", "build_series", "read", "read_pasted"]
