"""The list of editions that lies beside them, and its Atom feed: what came out, and what was withdrawn.

Belongs here: `index.json` and `feed.xml` of a folder of editions. Links are relative to the feed, so it may lie
anywhere. Days are the editions' own: nothing depends on the clock.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from pipelines.contracts.fields import Sentence
from pipelines.open_data.metadata import datapackage
from pipelines.open_data.metadata.model import joined, said
from pipelines.open_data.vintage_store import CHANGES_FILE, INDEX, VINTAGE_FILE
from pipelines.registers.model import load_province
from pipelines.registers.publication import load_register
from pipelines.settings import Settings

FEED = "feed.xml"
ATOM = "http://www.w3.org/2005/Atom"
# What an entry leads to: the first of these that the edition has.
PAGES = {datapackage.NAME: "application/json", CHANGES_FILE: "text/markdown", VINTAGE_FILE: "application/json"}
NO_PERIOD = "1970-01-01"  # Atom wants a day; an edition of no closed period has none


@dataclass(frozen=True)
class FeedEntry:
    """One edition for readers.

    Its name and the one before (null: the first), the last day of its periods (ISO, '' for none), whether a later one
    with fewer periods replaced it, whether it is synthetic, its files.
    """

    edition: str
    before: str | None
    closed_until: str
    withdrawn: bool
    synthetic: bool
    files: tuple[str, ...]


def feed_entry(folder: Path, *, is_withdrawn: bool) -> FeedEntry:
    """Return the feed's entry for the edition in the folder."""
    vintage = json.loads((folder / VINTAGE_FILE).read_text(encoding="utf-8"))
    files = tuple(sorted(path.name for path in folder.iterdir() if path.is_file()))
    synthetic = bool(vintage.get("essence", {}).get("synthetic"))
    return FeedEntry(vintage["vintage"], vintage.get("before"), vintage.get("closed_until") or "", is_withdrawn,
                  synthetic, files)  # fmt: skip


def write_feed(settings: Settings, folder: Path, editions: Iterable[FeedEntry]) -> None:
    """Write `index.json` and `feed.xml` of the editions, given oldest first, into the folder."""
    known = list(editions)
    text = json.dumps({"editions": [asdict(one) for one in known]}, ensure_ascii=False, indent=1)
    (folder / INDEX).write_text(text + "\n", encoding="utf-8")
    (folder / FEED).write_bytes(atom(settings, known))


def atom(settings: Settings, editions: Collection[FeedEntry]) -> bytes:
    """Return the Atom feed (RFC 4287) of the editions, newest first, in Vietnamese and English."""
    dataset = load_register(settings.country_dir).dataset
    province = load_province(settings.province_dir)
    work = f"{dataset.base_iri}{province.code}/{dataset.name}"
    is_synthetic = any(one.synthetic for one in editions)
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "vi"})
    _add(feed, "id", f"{work}/editions")
    _add(feed, "title", _marked(said("feed_title", place=province.name), is_synthetic))
    _add(feed, "updated", _moment(max((one.closed_until for one in editions), default="")))
    _add(feed, "link", rel="self", type="application/atom+xml", href=FEED)
    # Made-up figures never go out in the name of a real authority.
    publisher = said("synthetic") if is_synthetic else province.publisher.name
    _add(_add(feed, "author"), "name", _both(publisher))
    for one in reversed(list(editions)):
        entry = _add(feed, "entry")
        _add(entry, "id", f"{work}/{one.edition}")
        until = Sentence(vi=one.closed_until or "–", en=one.closed_until or "–")
        _add(entry, "title", _marked(said("feed_entry", until=until), one.synthetic) + f" ({one.edition})")
        _add(entry, "updated", _moment(one.closed_until))
        _add(entry, "summary", _both(joined(said("feed_withdrawn"), dataset.title) if one.withdrawn else dataset.title))
        if one.withdrawn:
            _add(entry, "category", term="withdrawn")
        page = next((name for name in PAGES if name in one.files), VINTAGE_FILE)
        _add(entry, "link", rel="alternate", type=PAGES[page], href=f"{one.edition}/{page}")
    ET.indent(feed, " ")
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text
    return child


def _both(sentence: Sentence) -> str:
    return f"{sentence.vi} / {sentence.en}"


def _marked(sentence: Sentence, is_synthetic: bool) -> str:
    """Return the sentence, for synthetic data with a word before it that says so: a title travels alone."""
    return _both(sentence) if not is_synthetic else f"[TỔNG HỢP / SYNTHETIC] {_both(sentence)}"


def _moment(day: str) -> str:
    return f"{day or NO_PERIOD}T23:59:59+07:00"
