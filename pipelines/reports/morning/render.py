"""The summary of a night as Markdown, and from that as text for a terminal and as a page.

Does not belong here: what it says (`facts`), where it is written (`write`).
"""

import io
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipelines.common.formats import format_number
from pipelines.common.i18n import has_sentence, language, read_catalogue, say
from pipelines.reports.endings import Ending, is_hold
from pipelines.reports.morning.facts import Morning

HERE = Path(__file__).parent
FORMATS = ("md", "txt", "html")
TEXT_WIDTH, DAYS_SHOWN = 80, 5
GOOD_COLOUR, BAD_COLOUR, LOOK_COLOUR = "#1f7a4d", "#b3261e", "#a86500"


def render(morning: Morning, form: str) -> str:
    """Return the summary in one of FORMATS, in the current language."""
    markdown = _template("morning.md.j2").render(_values(morning))
    lines = [line for line in markdown.splitlines() if line.strip() or line == ""]
    markdown = "\n".join(lines).strip() + "\n"
    if form == "md":
        return markdown
    return _text(markdown) if form == "txt" else _page(morning, markdown)


def title(morning: Morning) -> str:
    """Return the summary in one line, such as the subject of a message."""
    day = morning.status["as_of"] or "–"
    return f"tthc · {_t('title')} {morning.run.sequence} · {say('status_run_' + morning.ending.outcome)} · {day}"


def needs_a_look(morning: Morning) -> bool:
    """Return True if a person should look at something, though the run may have ended well."""
    status = morning.status
    late = any(source["is_late"] for source in status["sources"])
    refused = any(counts.get("refused") for counts in morning.came.values())
    return bool(morning.held or status["left_in_landing"] or late or refused or status["is_stale"])


def next_step(morning: Morning, ending: Ending | None = None) -> str:
    """Return what to do, in the current language: after a night that went well, whatever else wants a look.

    Args:
        morning: The summary.
        ending: The run's ending in the current language; default: that of the summary.
    """
    status, ending = morning.status, ending or morning.ending
    if status["is_stale"] and status["version"] and ending.is_good:
        return say("next_stale", age=status["age_working_days"])
    if ending.outcome in ("published", "unchanged") and needs_a_look(morning):
        return say("next_published_look")
    return ending.next_step


def _values(morning: Morning) -> dict[str, Any]:
    status, ending = morning.status, morning.ending
    gate = status["gate"] or {}
    failed = [*gate.get("failed", []), *gate.get("problems", [])] if ending.outcome == "refused" else []
    return {
        "run": morning.run, "ending": ending, "status": status, "came": morning.came, "rejected": morning.rejected,
        "held": morning.held, "turned": morning.turned, "seconds": morning.seconds, "next_step": next_step(morning),
        "failed": [name for name in failed if not is_hold(name.rpartition(".")[2])],
        "missing": missing_sentences(status), "t": _t,
        "due": [say("status_report_due", period=one["period_code"], day=one["report_due_date"])
                for one in status["reports_due"]],
        "number": lambda value: format_number(Decimal(round(value)), language.get()),
    }  # fmt: skip


def missing_sentences(status: Any) -> list[str]:
    """Return, in the current language, a sentence for each source that is late, and for each with missing days."""
    found = [
        _t("missing_late", source=one["source"], silence=one["silence"], limit=f"{one['longest_silence']:g}",
           day=one["newest_day"])
        for one in status["sources"] if one["is_late"]
    ]  # fmt: skip
    for one in status["sources"]:
        if days := one["missing_days"]:
            found.append(_t("missing_days", source=one["source"], count=len(days), days=", ".join(days[-DAYS_SHOWN:])))
    return found


def _text(markdown: str) -> str:
    """Return Markdown as text of 80 columns."""
    from rich.console import Console
    from rich.markdown import Markdown

    page = io.StringIO()
    Console(file=page, width=TEXT_WIDTH, color_system=None, force_terminal=False).print(Markdown(markdown))
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()).strip() + "\n"


def _page(morning: Morning, markdown: str) -> str:
    from markdown_it import MarkdownIt

    # No HTML within Markdown: names of files are other people's words.
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    colour = BAD_COLOUR if not morning.ending.is_good else LOOK_COLOUR if needs_a_look(morning) else GOOD_COLOUR
    values = {"lang": language.get(), "title": title(morning), "colour": colour, "body": Markup(body)}  # noqa: S704 - made by markdown-it, which escapes
    return _template("morning.html.j2", autoescape=True).render(values) + "\n"


def _t(code: str, **params: object) -> str:
    """Return a text of the summary, or a sentence of messages.yml."""
    texts = read_catalogue(HERE / "texts.yml")
    if code in texts:
        return texts[code][language.get()].format(**params)
    return say(code, **params) if has_sentence(code) else code


@cache
def _template(name: str, *, autoescape: bool = False) -> Template:
    loader = FileSystemLoader(HERE / "templates")
    environment = Environment(
        loader=loader,
        autoescape=autoescape,  # noqa: S701 - Markdown is escaped where it becomes a page
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
