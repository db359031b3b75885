"""What can be wrong with a series, or open about it, as codes with values; the tab puts them into sentences."""

from dataclasses import dataclass, field
from typing import Any


class NotASeries(ValueError):
    """What came in cannot be read as a series. ``reason`` is a code such as "ragged", ``values`` say where."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(f"The input must hold a series of numbers. Received: {reason} {values}")
        self.reason = reason
        self.values = values


@dataclass(frozen=True)
class Question:
    """A setting that the input itself does not decide.

    setting: the name of a field of ``Settings``.
    readings: each possible value of the setting -> what an example from the input means by it.
    example: that example, as it is written.
    """

    setting: str
    example: str
    readings: dict[str, str]


class Asked(Exception):
    """Reading stops here until a question is answered."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.setting)
        self.question = question


@dataclass(frozen=True)
class Note:
    """Something that was done to the series and should be said: a code such as "filled", with values."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)
