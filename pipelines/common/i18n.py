"""What the program says to people, in Vietnamese (default) and English.

Sentences are data: catalogues that map a code to its sentence per language. This module only looks them up and fills
them in: `messages.yml` is what commands and reports say; pages have catalogues of their own beside their templates. In
a message a part in [[double brackets]] is said only where every parameter in it is given and not empty.
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


Catalogue = dict[str, dict[str, str]]


@cache
def read_catalogue(path: Path) -> Catalogue:
    """Return a file of sentences: code → sentence per language."""
    content: Catalogue = read_yaml(path.read_text(encoding="utf-8"))
    return content


def catalogue() -> Catalogue:
    """Return every message code with its sentence per language."""
    return read_catalogue(Path(__file__).parent / "messages.yml")


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
