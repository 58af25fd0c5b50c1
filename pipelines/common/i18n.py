"""Messages in Vietnamese (default) and English.

Belongs here: looking up sentences in catalogues (code to sentence per language) and filling them in. `messages.yml` has
those of commands and reports; pages have catalogues beside their templates. A part of a message in [[double brackets]]
is left out unless every parameter in it is given and not empty.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from pipelines.common.yaml import read_yaml

LANGUAGES = ("vi", "en")
MESSAGES = Path(__file__).parent / "messages.yml"
OPTIONAL = re.compile(r"\[\[(.*?)\]\]")
PARAMETER = re.compile(r"\{(\w+)")
language: ContextVar[str] = ContextVar("language", default="vi")


Catalogue = dict[str, dict[str, str]]


@cache
def read_catalogue(path: Path) -> Catalogue:
    """Return the sentences of a file by code and language."""
    content: Catalogue = read_yaml(path.read_text(encoding="utf-8"))
    return content


def catalogue() -> Catalogue:
    """Return the sentences of messages.yml by code and language."""
    return read_catalogue(MESSAGES)


def has_sentence(code: str) -> bool:
    """Return True if messages.yml has a sentence of this code."""
    return code in catalogue()


def say(code: str, **params: object) -> str:
    """Return a sentence of messages.yml in the current language (`language`).

    Args:
        code: Code of the sentence.
        params: Values of its placeholders.

    Raises:
        KeyError: If the code is unknown.
    """
    sentence = catalogue()[code][language.get()]
    if "[[" in sentence:
        given = {name for name, value in params.items() if value not in ("", None)}
        sentence = OPTIONAL.sub(lambda part: part[1] if given.issuperset(PARAMETER.findall(part[1])) else "", sentence)
    return sentence.format(**params)


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Let sentences be in a language within this block."""
    token = language.set(lang)
    try:
        yield
    finally:
        language.reset(token)
