"""Sentences of files and descriptions for the public, in both languages, read from `texts.yml`.

Belongs here: looking up and combining sentences. Does not belong here: texts of tables and columns, which are in the
registers.
"""

from pathlib import Path

from pipelines.common.i18n import LANGUAGES, read_catalogue
from pipelines.contracts.fields import Sentence

TEXTS = Path(__file__).parent / "texts.yml"


def text_of(code: str, **blanks: Sentence) -> Sentence:
    """Return a sentence of texts.yml in both languages.

    Args:
        code: Code of the sentence.
        blanks: Sentences for its placeholders, filled in per language.

    Raises:
        KeyError: If the code is unknown.
    """
    filled = {lang: {name: getattr(blank, lang) for name, blank in blanks.items()} for lang in LANGUAGES}
    sentences = read_catalogue(TEXTS)[code]
    return Sentence.model_validate({lang: sentences[lang].format(**filled[lang]) for lang in LANGUAGES})


def join_sentences(*sentences: Sentence) -> Sentence:
    """Return the sentences joined by full stops, per language."""
    return Sentence.model_validate(
        {lang: ". ".join(getattr(sentence, lang) for sentence in sentences) for lang in LANGUAGES}
    )


def mark_title(title: Sentence, *, synthetic: bool) -> Sentence:
    """Return a title, with a mark in front if the data are synthetic."""
    return text_of("synthetic_title", title=title) if synthetic else title


def mark_description(about: Sentence, *, synthetic: bool) -> Sentence:
    """Return a description, with a notice in front if the data are synthetic."""
    return join_sentences(text_of("synthetic"), about) if synthetic else about
