"""Texts of preview pictures for link sharing, and the two files for search engines.

Belongs here: these texts, the sitemap and `robots.txt`. Does not belong here: drawing pictures (`previews`), pages.
"""

from xml.sax.saxutils import escape

from pipelines.common.i18n import LANGUAGES
from pipelines.site.offices import Answer, answer
from pipelines.site.previews import PreviewText
from pipelines.site.render import PageRenderer, SiteFacts
from pipelines.site.vintage_reader import PROVINCE, PageSubject

SITE_MAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


def pictures(facts: SiteFacts) -> dict[str, PreviewText]:
    """Return the texts of each picture: of the province (`tinh`), each level (`cap-…`) and each office (its code).

    One picture serves the pages of both languages, so its texts are in both.
    """
    vintage = facts.vintage
    subjects: dict[str, tuple[str, PageSubject]] = {PROVINCE: (vintage.province.name, vintage.whole)}
    vi, en = (PageRenderer(facts, lang, "index.html") for lang in LANGUAGES)
    for level in vintage.levels:
        subjects[f"cap-{level}"] = (f"{vintage.province.bare}: {vi.t(f'level_{level}')}", vintage.level_subject(level))
    for unit in vintage.units.values():
        if unit.code != vintage.province.code:
            subjects[unit.code] = (unit.full, unit.subject)
    return {key: _words(vi, en, who, answer(vintage, subject)) for key, (who, subject) in subjects.items()}


def _words(vi: PageRenderer, en: PageRenderer, who: str, found: Answer) -> PreviewText:
    facts, period = vi.facts, vi.facts.vintage.headline
    shown, other = vi.plain(found.rate), en.plain(found.rate)
    figure = shown if found.rate and found.rate.text else " · ".join(dict.fromkeys((shown, other)))
    period_names = [" ".join((page.t("picture_what"), period.name(page.lang))) for page in (vi, en)] if period else []
    marks = [str(page.t("synthetic_mark")).strip("[]") for page in (vi, en)] if facts.synthetic else []
    site = f"{vi.t('site_name')} · {facts.vintage.province.bare} · {facts.version}"
    return PreviewText(who, figure, " · ".join(period_names), site, " · ".join(marks))


def site_map(public_url: str, addresses: list[str]) -> str:
    """Return `sitemap.xml`: each page once per language, with the other language as its alternate."""

    def entry(address: str, lang: str) -> str:
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{other}" href="{escape(f"{public_url}{other}/{address}")}"/>'
            for other in LANGUAGES
        )
        return f"<url><loc>{escape(f'{public_url}{lang}/{address}')}</loc>{others}</url>"

    entries = "\n".join(entry(address, lang) for address in addresses for lang in LANGUAGES)
    head = f'<urlset xmlns="{SITE_MAP}" xmlns:xhtml="{XHTML}">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{entries}\n</urlset>\n'


def robots_text(public_url: str | None) -> str:
    """Return `robots.txt`, which names the sitemap if the site's address is known."""
    return "User-agent: *\nAllow: /\n" + (f"Sitemap: {public_url}sitemap.xml\n" if public_url is not None else "")
