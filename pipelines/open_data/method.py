"""The method note published with the data, in two languages: contents, protection, and results of the attacks.

Belongs here: writing the note from the register, the rules and the audit's figures. Every number in it is one of
theirs. Does not belong here: the sentences (`common/messages.yml`, `method_…`).
"""

from collections.abc import Mapping
from pathlib import Path

from pipelines.common.i18n import catalogue
from pipelines.open_data.texts import mark_title, text_of
from pipelines.open_data.vintage_store import METHOD_FILES
from pipelines.registers.disclosure import DisclosureRules
from pipelines.registers.publication import PublicationRegister


def _message(code: str, lang: str, **numbers: object) -> str:
    return catalogue()[code][lang].format(**numbers).strip()


def _numbers(lang: str, rules: DisclosureRules, figures: Mapping[str, object]) -> dict[str, object]:
    biases = [abs(rules.base * rules.up_keys(r) / 256 - r) for r in range(rules.base)]
    return {
        "name": rules.name, "thaw": rules.thaw, "exact_why": getattr(rules.exact.why, lang),
        "protected_why": getattr(rules.protected.why, lang), "below": rules.threshold - 1, "base": rules.base,
        "bias": f"{max(biases):.4f}", "denominator": rules.rate.denominator, "bounded": rules.rate.bounded_below,
        "low": rules.rate.low, "high": rules.rate.high, "finer": rules.rate.decimal_from, "narrowest": rules.narrowest,
        "fields": ", ".join(rules.sensitive.fields), "words": ", ".join(rules.sensitive.words), **figures,
    }  # fmt: skip


def method_page(
    lang: str,
    register: PublicationRegister,
    rules: DisclosureRules,
    figures: Mapping[str, object],
    *,
    synthetic: bool,
    until: str,
) -> str:
    """Return the note in one language.

    Args:
        lang: `vi` or `en`.
        register: What is published.
        rules: The disclosure rules.
        figures: Figures of the audit (`vintage.audit_figures`).
        synthetic: True if the data are not real.
        until: Last day (ISO) of the data.
    """
    dataset = register.dataset
    lines = [f"# {getattr(mark_title(dataset.title, synthetic=synthetic), lang)}", ""]
    lines += [f"**{getattr(text_of('synthetic'), lang)}.**", ""] if synthetic else []
    lines += [getattr(dataset.description, lang), ""]
    lines += [_message("method_tables", lang), ""]
    lines += [f"- `{table.file_name}`: {getattr(table.title, lang)}. {getattr(table.description, lang)}. "
              f"{getattr(table.grain, lang)}." for table in register.tables]  # fmt: skip
    lines += ["", _message("method_flags", lang), ""]
    lines += [f"- `{code}`: {getattr(name, lang)}" for code, name in register.code_list("co").names.items()]
    lines += ["", _message("method_rule", lang, **_numbers(lang, rules, figures)), ""]
    lines += [_message("method_attack", lang, **_numbers(lang, rules, figures)), ""]
    licence = dataset.licence_on(until)
    lines += [_message("method_licence", lang), "", getattr(licence.text, lang) + ".", "",
              getattr(licence.note, lang) + ".", ""]  # fmt: skip
    return "\n".join(lines)


def write_method(
    folder: Path,
    register: PublicationRegister,
    rules: DisclosureRules,
    figures: Mapping[str, object],
    *,
    synthetic: bool,
    until: str,
) -> None:
    """Write the note in both languages; for the arguments see `method_page`."""
    for lang, name in METHOD_FILES.items():
        page = method_page(lang, register, rules, figures, synthetic=synthetic, until=until)
        (folder / name).write_text(page, encoding="utf-8")
