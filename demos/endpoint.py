"""What programs may call: one table per demo; firewall, descriptions and documentation come of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from demos import guard, picture
from demos.guard import Refusal, _
from demos.page import Translate

REQUIRED = object()  # the default of what must be given

FILE = _("a file, uploaded first: {formats}; at most {size} MB")
TOOL_FILE = _("the data:image/png;base64, address of a picture")
TEXT = _("text, 1 to {longest} characters")
ONE_OF = _("one of {choices}")
NUMBER = _("number, {least} to {most}")
WHOLE = _("whole number, {least} to {most}")
STEPS = _("number, {least} to {most}, a multiple of {step}")
NUMBERS = _("list of {least} to {most} numbers")
TRUTH = _("true or false")
OR_NULL = _("{type}, or null")


@dataclass(frozen=True)
class Parameter:
    """One value of a call.

    kind: what the firewall looks for: "file", "text", "number", "numbers" or "truth".
    type, values: a marked text, and what fills its gaps: type and range in words.
    about: a marked text: what it means.
    default: the value where it is left out; REQUIRED, or a marked text in ``usual`` where no constant can say it.
    refusals: what is said about values that cannot be used.
    """

    kind: str
    type: str
    about: str
    default: Any
    refusals: tuple[Refusal, ...]
    values: dict[str, Any] = field(default_factory=dict)
    can_be_null: bool = False
    usual: str = ""

    def shown_type(self, translate: Translate) -> str:
        """Return type and range in words."""
        shown = translate(self.type).format(**self.values)
        return translate(OR_NULL).format(type=shown) if self.can_be_null else shown


@dataclass(frozen=True)
class Endpoint:
    """A call: its name, what it does (a marked text), its parameters in their order, and its result.

    returns: name of each part of the result -> a marked text; "" is the name of the whole.
    refusals: what else may be said.
    """

    name: str
    about: str
    parameters: dict[str, Parameter]
    returns: dict[str, str]
    refusals: tuple[Refusal, ...] = ()

    def with_networks(self, networks: Sequence[str]) -> "Endpoint":
        """Return the same call for a hub that offers ``networks``, those that were added among them."""
        usual = self.parameters["network"]
        return replace(self, parameters=self.parameters | {"network": choice(networks, usual.about, usual.default)})

    @property
    def kinds(self) -> dict[str, str]:
        """Parameter -> kind."""
        return {name: parameter.kind for name, parameter in self.parameters.items()}

    def docstring(self, translate: Translate) -> str:
        """Return the description with a line for each parameter of the tool, as Gradio reads a docstring."""
        given = {
            name: replace(parameter, type=TOOL_FILE) if parameter.kind == "file" else parameter
            for name, parameter in self.parameters.items()
        }
        lines = [f"{name}: {_described(parameter, translate)}" for name, parameter in given.items()]
        return "\n".join([self.description(translate), "", "Args:", *(f"    {line}" for line in lines)])

    def description(self, translate: Translate) -> str:
        """Return one paragraph: what the call does, its parameters, its result."""
        given = "; ".join(
            f"{name}: {_described(parameter, translate)}".rstrip(".") for name, parameter in self.parameters.items()
        )
        result = "; ".join(
            f"{name}: {translate(text)}" if name else translate(text) for name, text in self.returns.items()
        )
        return f"{translate(self.about)} Parameters: {given}. Result: {result}."


def _described(parameter: Parameter, translate: Translate) -> str:
    about = translate(parameter.about)
    return f"{parameter.shown_type(translate)}. {about}" if about else parameter.shown_type(translate)


def file_of_picture(about: str, *refusals: Refusal) -> Parameter:
    """Return the parameter of an uploaded picture."""
    sentences = (
        *refusals,
        Refusal(picture.WRONG_FORMAT),
        Refusal(picture.DAMAGED),
        Refusal(picture.TOO_LARGE, megapixels=picture.MEGAPIXELS, side=picture.LONGEST_SIDE),
        Refusal(picture.TOO_SMALL),
        Refusal(picture.TOO_NARROW),
    )
    values = {"formats": "PNG, JPEG, WebP, GIF, BMP", "size": guard.UPLOAD_MEGABYTES}
    return Parameter("file", FILE, about, REQUIRED, sentences, values)


def choice(choices: Sequence[str], about: str, default: str) -> Parameter:
    """Return the parameter of one of a few texts."""
    named = ", ".join(choices)
    return Parameter(
        "text", ONE_OF, about, default, (Refusal(guard.UNKNOWN_CHOICE, choices=named),), {"choices": named}
    )


def text(longest: int, about: str) -> Parameter:
    """Return the parameter of a text of at most ``longest`` characters."""
    shown = f"{longest:,}"
    refusals = (Refusal(guard.NO_TEXT), Refusal(guard.TOO_LONG, longest=shown, length=f"{longest + 1:,}"))
    return Parameter("text", TEXT, about, REQUIRED, refusals, {"longest": shown})


def whole(name: str, least: int, most: int, about: str, default: Any, **more: Any) -> Parameter:
    """Return the parameter of a whole number; ``more``: further fields."""
    values = {"least": f"{least:,}", "most": f"{most:,}"}
    return Parameter("number", WHOLE, about, default, (Refusal(guard.NOT_WHOLE, name=name, **values),), values, **more)


def number(name: str, least: float, most: float, about: str, default: Any, **more: Any) -> Parameter:
    """Return the parameter of a number; ``more``: further fields."""
    values = {"least": f"{least:,}", "most": f"{most:,}"}
    return Parameter("number", NUMBER, about, default, (Refusal(guard.NO_NUMBER, name=name, **values),), values, **more)
