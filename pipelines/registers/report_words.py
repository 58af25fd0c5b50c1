"""Words at the head of officers' reports (`registers/<province>/reports.yml`), and where their templates lie.

Belongs here: reading and validating them. Does not belong here: figures, and everything that follows from a version
(`reports.officers`).
"""

import os
from pathlib import Path

from pydantic import Field

from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Strict

WORDS_FILE, TEMPLATES_FOLDER = "reports.yml", "templates"


class FormWords(Strict):
    """Words of form II.06a.

    Attributes:
        code: The form's own number.
        title: Its title where the rows are units.
        title_by_field: Its title where the rows are fields.
        basis: The legal document that has the form.
        measured_in: What is counted.
    """

    code: str = Field(min_length=1)
    title: str = Field(min_length=1)
    title_by_field: str = Field(min_length=1)
    basis: str
    measured_in: str


class ReportWords(Strict):
    """Who reports to whom, who signs, and the folder of the templates, seen from the register's own folder."""

    reporting_unit: str = Field(min_length=1)
    receiving_unit: str = Field(min_length=1)
    place: str
    signer_title: str
    preparer_title: str
    form: FormWords
    templates: str = TEMPLATES_FOLDER


def load_report_words(folder: Path) -> ReportWords:
    """Return the words of a province's reports.

    Raises:
        OSError: If the register is missing.
        pydantic.ValidationError: If it is not well-formed; the error names the wrong key.
    """
    return ReportWords.model_validate(read_yaml((folder / WORDS_FILE).read_text(encoding="utf-8")))


def templates_dir(folder: Path, words: ReportWords) -> Path:
    """Return the folder of the Word templates of a province: its own, or the one that it shares with another."""
    return Path(os.path.normpath(folder / words.templates))
