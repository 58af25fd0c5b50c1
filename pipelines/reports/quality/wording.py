"""Wording of the quality page in one language: sentences, numbers, dates, reasons and hints.

Belongs here: texts. Does not belong here: facts (`facts`), layout (`pages`).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.common.formats import format_day, format_number
from pipelines.common.i18n import Catalogue, language, read_catalogue, say
from pipelines.contracts.fix_hints import fix_hint
from pipelines.contracts.model import Contract
from pipelines.landing.discover import HOME
from pipelines.reports.held_items import NOTHING, held_sentence, override_line, publishable_rest
from pipelines.reports.quality.facts import RefusedFile

HERE = Path(__file__).parent
TEXTS = HERE / "texts.yml"


def texts() -> Catalogue:
    """Return the sentences of the page by code."""
    return read_catalogue(TEXTS)


@dataclass(frozen=True)
class Translator:
    """Texts of the page in one language; contracts provide the hints on corrections."""

    lang: str
    contracts: Mapping[str, Contract]
    country: Path

    def t(self, code: str, /, **blanks: object) -> str:
        """Return a sentence of texts.yml with its blanks filled.

        Raises:
            KeyError: For an unknown code.
        """
        return texts()[code][self.lang].format(**blanks)

    def number(self, value: float | None) -> str:
        """Return a number as the language writes it, at most one decimal; null is a dash, never a zero."""
        if value is None:
            return NOTHING
        return format_number(Decimal(f"{value:.1f}"), self.lang)

    def day(self, value: dt.date | str | None) -> str:
        """Return a day: 31/12/2024, or 31 Dec 2024."""
        if value is None:
            return NOTHING
        day = dt.date.fromisoformat(value) if isinstance(value, str) else value
        return format_day(day, self.lang, short=True)

    def moment(self, value: str) -> str:
        """Return a moment of the machine's clock in Việt Nam's time, to the minute."""
        moment = dt.datetime.fromisoformat(value).astimezone(HOME)
        return f"{self.day(moment.date())} {moment.hour:02d}:{moment.minute:02d}"

    def title_of(self, source: str) -> str:
        """Return the title of a source; '' if no contract names it."""
        contract = self.contracts.get(source)
        return getattr(contract.title, self.lang) if contract else ""

    def fix_hint(self, source: str, reason: str) -> str:
        """Return how to correct a reason for rejection."""
        try:
            return self._in_language(lambda: fix_hint(reason, self.contracts[source]))
        except KeyError:
            return self.t("reason_unexplained")

    def refusal(self, file: RefusedFile) -> str:
        """Return why a file was refused and what to do."""
        try:
            return self._in_language(lambda: say(file.code, **file.params))
        except KeyError:
            return self.t("reason_unexplained")

    def held(self, item: Mapping[str, Any]) -> str:
        """Return the sentence on a held item."""
        if sentence := self._in_language(lambda: held_sentence(item, self.country) or ""):
            return sentence.rstrip(".")
        return self.t(
            "held_register", register=item.get("register"), entry=item.get("entry"),
            usual=item.get("usual") or NOTHING, came=item.get("came") or NOTHING,
        )  # fmt: skip

    def approve(self, item: Mapping[str, Any], until: str | None) -> str:
        """Return the row of overrides.csv that approves a held item."""
        return self._in_language(lambda: override_line(item, until))

    def rest(self, verdict: Mapping[str, Any]) -> str:
        """Return the sentence on new deliveries that nothing holds; '' if there is none."""
        return self._in_language(lambda: publishable_rest(verdict) or "")

    def _in_language(self, words: Callable[[], str]) -> str:
        before = language.set(self.lang)
        try:
            return words()
        finally:
            language.reset(before)

    def unit(self, code: str | None) -> str:
        """Return a unit by its code; `*` is the province as a whole."""
        return self.t("scope_province") if code == "*" else code or NOTHING
