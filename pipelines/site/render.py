"""Render templates: texts, figures, links, charts and machine-readable descriptions of a page.

Belongs here: markup that every page needs. Does not belong here: which pages there are (`pages`), what they show.
"""

import json
import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from pipelines.common.i18n import Catalogue, read_catalogue
from pipelines.open_data.metadata import schema_org
from pipelines.open_data.metadata.model import Description
from pipelines.registers.dataset import Licence
from pipelines.registers.publication import PublicationRegister
from pipelines.site import chart_files, charts, downloads, previews
from pipelines.site.figures import Figure, Row
from pipelines.site.numbers import date, number, percent, size
from pipelines.site.offices import Answer, Trend
from pipelines.site.periods import Period
from pipelines.site.vintage_reader import PROVINCE, UNIT, OfficeUnit, PageSubject, VintageReader

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
TEXTS = HERE / "texts.yml"
LETTERS = ("c", "s", "m", "o", "x", "k", "u", "w", "z")  # flags of cells without a number
NOTED = ("p", "r")  # flags of cells with a number
SIGNS = {"met": "✓", "not_met": "✗", "unclear": "?", "hidden": "•"}  # other verdicts have a dash
VERDICTS = ("met", "not_met", "unclear", "tracked", "hidden", "few", "nothing", "absent")
DOWNLOADS = "tai-ve.html"  # the page that describes the dataset to machines


def texts() -> Catalogue:
    """Return the sentences of the site by code."""
    return read_catalogue(TEXTS)


@cache
def _sentence(code: str, lang: str) -> Markup:
    return Markup(texts()[code][lang])  # noqa: S704 - our own sentences


@cache
def _verdict_cell(verdict: str, lang: str) -> Markup:
    sign = Markup('<span class="sign {}" aria-hidden="true">{}</span>').format(verdict, SIGNS.get(verdict, "–"))
    return Markup('<td class="verdict">{} {}</td>').format(sign, _sentence(f"mark_{verdict}", lang))


@lru_cache(maxsize=1 << 14)  # pages of one folder link to the same pages
def _relative(place: str, folder: str) -> str:
    """Return the path from a folder to a place, both from the site's root."""
    return posixpath.relpath(f"/{place}", f"/{folder}")


@dataclass(frozen=True)
class SiteFacts:
    """Facts that hold for the whole site.

    Attributes:
        as_of: Last day (ISO) of the vintage; '' if no period is closed.
        version: Name of the vintage.
        public_url: Address of the site, ending in /; None if unknown.
        description: Description of the dataset; None if the open data have none.
    """

    vintage: VintageReader
    register: PublicationRegister
    synthetic: bool
    as_of: str
    version: str
    public_url: str | None = None
    description: Description | None = None

    @property
    def licence(self) -> Licence:
        """The terms that hold on the last day of the data."""
        return self.register.dataset.licence_on(self.as_of or None)


@dataclass(frozen=True)
class PageRenderer:
    """Functions that templates call, for one page in one language."""

    facts: SiteFacts
    lang: str
    path: str
    preview: str = PROVINCE
    same_as: str | None = None

    def t(self, code: str, /, **blanks: object) -> Markup:
        """Return a sentence of texts.yml; values of its placeholders are escaped unless they are markup already."""
        sentence = _sentence(code, self.lang)
        return sentence.format(**blanks) if blanks else sentence

    def say(self, sentence: Any) -> str:
        """Return a sentence of the register in the page's language."""
        return str(getattr(sentence, self.lang))

    def has(self, code: str) -> bool:
        return code in texts()

    def to(self, path: str, lang: str | None = None) -> str:
        """Return a link from this page to another of the same (or the named) language; `/…` is from the site's root."""
        target = path[1:] if path.startswith("/") else f"{lang or self.lang}/{path}"
        place, _, anchor = target.partition("#")
        relative = _relative(place, posixpath.dirname(f"{self.lang}/{self.path}"))
        return f"{relative}#{anchor}" if anchor else relative

    def at(self, path: str, lang: str | None = None) -> str:
        """Return the address of a page or file for use elsewhere: absolute if the public address is known."""
        if self.facts.public_url is None:
            return self.to(path, lang)
        return self.facts.public_url + (path[1:] if path.startswith("/") else f"{lang or self.lang}/{path}")

    @property
    def canonical(self) -> str:
        """The canonical address of this page."""
        return self.at(self.same_as or self.path)

    @property
    def image(self) -> str:
        """The address of the page's preview picture."""
        return self.at(f"/{previews.FOLDER}/{self.preview}.png")

    def titled(self, title: Markup) -> Markup:
        """Return a page's title, marked if the data are synthetic."""
        return Markup("{} {}").format(self.t("synthetic_mark"), title) if self.facts.synthetic else title

    def json_ld(self, title: Markup, about: Markup) -> Markup:
        """Return the page's schema.org description, as the content of a script element."""
        facts = self.facts
        site = {"@type": "WebSite", "name": str(self.t("site_name")), "url": self.at("index.html")}
        page: dict[str, Any] = {
            "@context": schema_org.CONTEXT, "@type": "WebPage", "@id": self.canonical, "url": self.canonical,
            "name": title.unescape(), "description": about.unescape(), "inLanguage": self.lang,
            "isPartOf": site, "primaryImageOfPage": self.image, "version": facts.version, "isAccessibleForFree": True,
            **({"temporalCoverage": f"../{facts.as_of}"} if facts.as_of else {}),
            **({"creativeWorkStatus": "Synthetic"} if facts.synthetic else {}),
        }  # fmt: skip
        unit = facts.vintage.units.get(self.preview)
        if unit is not None and not facts.synthetic:
            page["about"] = {"@type": "GovernmentOrganization", "name": unit.name, "identifier": unit.code}
        if self.path == DOWNLOADS and facts.description is not None:
            page["mainEntity"] = schema_org.schema_org(facts.description, self.lang, f"../{downloads.FOLDER}/")
        text = json.dumps(page, ensure_ascii=False, separators=(",", ":"))
        return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no markup is left in it

    def plain(self, figure: Figure | None) -> str:
        """Return a figure as text: the number, or the text of its flag."""
        if figure is None:
            return texts()["flag_none"][self.lang]
        if not figure.text:
            return texts()[f"flag_{figure.flag if figure.flag in LETTERS else 'none'}"][self.lang]
        return percent(figure.text, self.lang, figure.bound) if figure.is_share else number(figure.text, self.lang)

    # The two methods below are called a hundred thousand times; `escape` takes a tenth of the time of `Markup.format`.
    def cell(self, figure: Figure | None, label: str = "") -> Markup:
        """Return a figure as a table cell; the label precedes it where a narrow screen shows the table as a list."""
        more = f' role="cell" data-label="{escape(label)}"' if label else ""
        if figure is None:
            return Markup(f'<td class="gone"{more}>{self.plain(None)}</td>')  # noqa: S704
        gone = "" if figure.text else ' class="gone"'
        note = f" <small>{self.t(f'flag_{figure.flag}')}</small>" if figure.text and figure.flag in NOTED else ""
        return Markup(  # noqa: S704 - escaped here
            f'<td{gone}{more} data-at="{escape(figure.address)}">{escape(self.plain(figure))}{note}</td>'
        )

    def verdict_cell(self, verdict: str) -> Markup:
        """Return a verdict as a table cell: its sign and word."""
        return _verdict_cell(verdict, self.lang)

    def inline(self, figure: Figure | None) -> Markup:
        """Return a figure within a sentence."""
        if figure is None:
            return Markup(self.plain(None))  # noqa: S704
        text = escape(self.plain(figure))
        return Markup(f'<data value="{escape(figure.text)}" data-at="{escape(figure.address)}">{text}</data>')  # noqa: S704

    def indicator(self, code: str) -> Markup:
        """Return the short name of an indicator, or that of the catalogue where it has none."""
        if self.has(f"short_{code}"):
            return self.t(f"short_{code}")
        vintage = self.facts.vintage
        return escape(vintage.catalogue[code, vintage.choice.rule][f"ten_{self.lang}"])

    def day(self, iso: str) -> str:
        return date(iso, self.lang)

    def bytes(self, count: int) -> str:
        return size(count, self.lang)

    def names(self, unit: OfficeUnit) -> Markup:
        """Return an office's official name, which is Vietnamese on every page."""
        return self.vietnamese(unit.full)

    def vietnamese(self, text: str) -> Markup:
        """Return text that is Vietnamese whatever the page's language."""
        return escape(text) if self.lang == "vi" else Markup('<span lang="vi">{}</span>').format(text)

    def who(self, subject: PageSubject) -> str:
        """Return the name of a subject."""
        if subject.scope == UNIT:
            return self.facts.vintage.units[subject.unit_code].short
        return str(self.t(f"all_{subject.level}"))

    def summary(self, answer: Answer) -> str:
        """Return one sentence without markup on whether the target is met, for titles, previews and screen readers."""
        period = self.facts.vintage.headline
        if period is None:
            return str(self.t("no_period"))
        return str(
            self.t(
                f"summary_{answer.verdict}",
                rate=Markup(self.plain(answer.rate)),  # noqa: S704 - digits and signs
                target=Markup(self.plain(answer.target)),  # noqa: S704
                period=period.name(self.lang),
            )
        )

    def trend(self, trend: Trend, ident: str, name: str, *, small: bool = False) -> Markup:
        """Return the chart of an indicator by month."""
        marks, goal = [self._month(month, row, "ty_le") for month, row in trend.points], self._goal(trend.target)
        title = str(self.t("trend_alone", name=name))
        drawn = charts.trend(marks, goal, ident, title, str(self.t("trend_about")), small=small)
        return drawn + self._take(marks, goal, ident, title)

    def months(self, months: list[tuple[Period, Row | None]], column: str, ident: str, name: str) -> Markup:
        """Return the chart of any share by month."""
        marks, title = [self._month(month, row, column) for month, row in months], str(self.t("trend_alone", name=name))
        drawn = charts.trend(marks, None, ident, title, str(self.t("trend_about")), small=True)
        return drawn + self._take(marks, None, ident, title)

    def bars(self, compared: list[tuple[PageSubject, Answer]], ident: str, title: str) -> Markup:
        """Return the chart that compares a subject with others."""
        marks = [
            charts.Mark(
                self.who(subject), answer.rate, self.plain(answer.rate), f"{'' if at else 'own '}{answer.verdict}"
            )
            for at, (subject, answer) in enumerate(compared)
        ]
        goal = self._goal(next((answer.target for _, answer in compared if answer.target), None))
        drawn = charts.bars(marks, goal, ident, title, str(self.t("compare_about")))
        return drawn + self._take(marks, goal, ident, title)

    def dots(self, ranked: list[tuple[OfficeUnit, list[Answer]]], ident: str, title: str) -> Markup:
        """Return the chart of all offices in a list."""
        marks = [charts.Mark(unit.short, answers[0].rate, "", answers[0].verdict) for unit, answers in ranked]
        goal = self._goal(next((answers[0].target for _, answers in ranked if answers[0].target), None))
        return charts.dots(marks, goal, ident, title, str(self.t("dots_about"))) + self._take(marks, goal, ident, title)

    def has_bounds(self, ranked: list[tuple[OfficeUnit, list[Answer]]]) -> bool:
        """Return True if some office's share is given as "at least" or "at most" only."""
        return any(answers[0].rate is not None and answers[0].rate.bound for _, answers in ranked)

    def has_above(self, ranked: list[tuple[OfficeUnit, list[Answer]]]) -> bool:
        """Return True if some office has another one above it besides the province."""
        return any(self.facts.vintage.above(unit) is not None for unit, _ in ranked)

    def _month(self, month: Period, row: Row | None, column: str) -> charts.Mark:
        figure = row.figure(column) if row else None
        text = self.plain(figure).replace("%", "").replace(" ", "") if figure and figure.text else ""
        flag = figure.flag if figure and figure.flag in LETTERS else "–"
        return charts.Mark(month.tick, figure, text or flag, name=month.code)

    def _take(self, marks: list[charts.Mark], goal: charts.Mark | None, ident: str, title: str) -> Markup:
        """Return the links that give a chart's numbers and its picture."""
        facts = self.facts
        unit = facts.vintage.units.get(self.preview)
        kind = chart_files.SYNTHETIC if facts.synthetic else chart_files.REAL
        name = "-".join((Path(self.path).stem, ident, facts.version))
        return chart_files.take_links(
            chart_files.chart_csv(marks, goal, kind), name, title, self.picture_note(), unit.short if unit else ""
        )

    def map_words(self) -> Markup:
        """Return the words of the map's script, as the content of a script element."""
        marks = {verdict: str(self.t(f"mark_{verdict}")) for verdict in VERDICTS}
        flags = {flag: str(self.t(f"flag_{flag}")) for flag in (*LETTERS, "none")}
        said = {"marks": marks, "flags": flags, "signs": SIGNS, "counts": str(self.t("map_counts")),
                "no_figure": str(self.t("map_no_figure"))}  # fmt: skip
        return Markup(json.dumps(said, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704 - no markup is left

    def picture_note(self) -> str:
        """Return what stands below a chart that leaves the site: whose figures, which edition, if made up."""
        facts = self.facts
        said = [self.t("site_name"), facts.vintage.province.bare, self.t("edition", version=facts.version)]
        return " · ".join(map(str, [*([self.t("synthetic_mark")] if facts.synthetic else []), *said]))

    def _goal(self, target: Figure | None) -> charts.Mark | None:
        return charts.Mark("", target, self.plain(target)) if target else None


def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip


def plain_renderer() -> Callable[..., str]:
    """Return a function that renders a template in a language without any figures."""
    environment = _environment()

    def printed(template: str, lang: str, **shown: Any) -> str:
        def t(code: str, /, **blanks: object) -> Markup:
            return Markup(texts()[code][lang]).format(**blanks)  # noqa: S704 - our own sentences

        other = "en" if lang == "vi" else "vi"
        day = partial(date, lang=lang)
        return environment.get_template(template).render(t=t, lang=lang, other=other, day=day, **shown)

    return printed


def page_renderer(facts: SiteFacts) -> Callable[..., str]:
    """Return a function that renders a template for a page in a language with what the page shows."""
    environment = _environment()

    def printed(template: str, lang: str, path: str, preview: str = PROVINCE, same_as: str | None = None,
                **shown: Any) -> str:  # fmt: skip
        page = PageRenderer(facts, lang, path, preview, same_as)
        return environment.get_template(template).render(
            p=page,
            t=page.t,
            lang=lang,
            signs=SIGNS,
            vintage=facts.vintage,
            facts=facts,
            register=facts.register,
            path=path,
            **shown,
        )

    return printed
