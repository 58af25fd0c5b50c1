"""What the program says to people, in Vietnamese (default) and English.

Sentences are data (`messages.yml`: code → vi, en); this module only looks them up and fills them in. A part in [[double
brackets]] is said only where every parameter in it is given and not empty.
"""

import re
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from pipelines.common.yaml import read_yaml

LANGUAGES = ("vi", "en")
OPTIONAL = re.compile(r"\[\[(.*?)\]\]")
PARAMETER = re.compile(r"\{(\w+)")
language: ContextVar[str] = ContextVar("language", default="vi")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every message code with its sentence per language."""
    content: dict[str, dict[str, str]] = read_yaml((Path(__file__).parent / "messages.yml").read_text(encoding="utf-8"))
    return content


def say(code: str, **params: object) -> str:
    """Return the sentence for `code` in the language in force.

    Raises:
        KeyError: For an unknown code.
    """
    sentence = catalogue()[code][language.get()]
    if "[[" in sentence:
        given = {name for name, value in params.items() if value not in ("", None)}
        sentence = OPTIONAL.sub(lambda part: part[1] if given.issuperset(PARAMETER.findall(part[1])) else "", sentence)
    return sentence.format(**params)
