"""DCAT and schema.org: read without the network, held against shapes, which find what is missing or wrong."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib
from pyshacl import validate
from rdflib import Literal
from rdflib.namespace import DCTERMS, FOAF, RDF, XSD

from pipelines.open_data.metadata.csvw import table_group
from pipelines.open_data.metadata.datapackage import data_package
from pipelines.open_data.metadata.dcat import dcat
from pipelines.open_data.metadata.model import Description
from pipelines.open_data.metadata.schema_org import schema_org
from pipelines.open_data.metadata.write import describe
from tests.open_data.conftest import HEAD, PROVINCE, Edition

pytestmark = pytest.mark.usefixtures("no_network")
SHAPES = Path(__file__).parent / "shapes" / "dcat-ap.ttl"
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")  # the library's own list is of DCAT 2
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
SCHEMA = rdflib.Namespace("https://schema.org/")
PLACE = "https://du-lieu.example/mo/"


def graph_of(text: str, document: str) -> rdflib.Graph:
    """Return the triples of a document that lies at PLACE."""
    return rdflib.Graph().parse(data=text, format="json-ld", publicID=PLACE + document)


def graph(edition: Edition) -> rdflib.Graph:
    return graph_of((edition.folder / "catalog.jsonld").read_text(encoding="utf-8"), "catalog.jsonld")


def conforms(data: rdflib.Graph) -> tuple[bool, str]:
    found, _, text = validate(data, shacl_graph=rdflib.Graph().parse(SHAPES), advanced=True)
    return bool(found), str(text)


def whole(edition: Edition) -> Description:
    """As a page would describe a vintage that is out: from its folder and what `vintage.json` says."""
    rows = {table.csv.name: table.rows for table in edition.description.tables}
    return describe(edition.register, PROVINCE, HEAD | {"rows": rows}, edition.folder)


def real(edition: Edition) -> Description:
    """Return the same, as if its figures were a province's."""
    described = whole(edition)
    return replace(described, vintage=replace(described.vintage, synthetic=False))


def test_the_edition_conforms(edition: Edition) -> None:
    assert conforms(graph(edition)) == (True, "Validation Report\nConforms: True\n")


MISSING = [
    (DCAT.Catalog, DCTERMS.publisher), (DCAT.Catalog, DCTERMS.title), (DCAT.Catalog, DCAT.dataset),
    (DCAT.Dataset, DCTERMS.title), (DCAT.Dataset, DCTERMS.description), (DCAT.Dataset, DCTERMS.license),
    (DCAT.Dataset, DCTERMS.accrualPeriodicity), (DCAT.Dataset, DCAT.keyword), (DCAT.Distribution, DCAT.accessURL),
    (DCAT.Distribution, DCAT.byteSize), (DCAT.Distribution, DCAT.mediaType), (DCAT.Distribution, SPDX.checksum),
    (FOAF.Agent, FOAF.name), (SPDX.Checksum, SPDX.algorithm), (DCTERMS.PeriodOfTime, DCAT.startDate),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "property_"), MISSING, ids=lambda one: one.rpartition("#")[2].rpartition("/")[2])
def test_what_is_missing_is_found(edition: Edition, kind: rdflib.URIRef, property_: rdflib.URIRef) -> None:
    data = graph(edition)
    subject = min(data.subjects(RDF.type, kind), key=str)
    assert list(data.objects(subject, property_))
    data.remove((subject, property_, None))
    assert not conforms(data)[0]


WRONG: dict[str, Callable[[rdflib.Graph], object]] = {
    "a size that is no number": lambda data: data.set(
        (one(data, DCAT.Distribution), DCAT.byteSize, rdflib.Literal("nhiều"))
    ),
    "two publishers": lambda data: data.add(
        (one(data, DCAT.Catalog), DCTERMS.publisher, rdflib.URIRef("urn:x-tthc:another"))
    ),
    "a file of no dataset": lambda data: data.remove((None, DCAT.distribution, one(data, DCAT.Distribution))),
    "a title in one language": lambda data: data.remove(
        (
            one(data, DCAT.Dataset),
            DCTERMS.title,
            rdflib.Literal("[SYNTHETIC] Handling of administrative procedures", lang="en"),
        )
    ),
    "a period that ends before it starts": lambda data: data.set(
        (one(data, DCTERMS.PeriodOfTime), DCAT.endDate, rdflib.Literal("1999-01-01", datatype=XSD.date))
    ),
}


def one(data: rdflib.Graph, kind: rdflib.URIRef) -> rdflib.term.Node:
    return min(data.subjects(RDF.type, kind), key=str)


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_found(edition: Edition, what: str) -> None:
    data = graph(edition)
    before = set(data)
    WRONG[what](data)
    assert set(data) != before
    assert not conforms(data)[0]


def test_files_are_where_the_document_is(edition: Edition) -> None:
    data = graph(edition)
    addresses = {str(address) for address in data.objects(None, DCAT.downloadURL)}
    tables = [name for table in edition.register.tables for name in (table.file_name, table.parquet_name)]
    assert addresses == {PLACE + name for name in (*tables, "thu-tuc-hanh-chinh.xlsx")}
    pages = {str(page).removeprefix(PLACE) for page in data.objects(None, FOAF.page)}
    assert pages <= edition.register.files


def test_versions_follow_each_other_under_one_identifier(edition: Edition) -> None:
    data, vintage = graph(edition), edition.description.vintage
    dataset = rdflib.URIRef(edition.description.iri())
    assert str(data.value(dataset, DCAT.version)) == vintage.name
    assert str(data.value(dataset, DCAT.previousVersion)).endswith(f"/{vintage.before}")
    first = replace(whole(edition), vintage=replace(vintage, before=None))
    found = graph_of(json.dumps(dcat(first)), "catalog.jsonld")
    assert found.value(dataset, DCAT.previousVersion) is None and conforms(found)[0]
    identifiers = {str(data.value(one, DCTERMS.identifier)) for one in data.subjects(RDF.type, DCAT.Dataset)}
    other = graph_of(json.dumps(dcat(replace(first, vintage=replace(vintage, name="2025-01-31-x")))), "catalog.jsonld")
    assert identifiers == {str(other.value(one, DCTERMS.identifier)) for one in other.subjects(RDF.type, DCAT.Dataset)}
    assert len(identifiers) == len(edition.register.tables) + 1
    assert not any(vintage.name in one for one in identifiers)


def test_with_a_public_address_every_file_has_an_absolute_one(edition: Edition) -> None:
    """Taken from another place than the site's, as a harvester keeps it: no address depends on where that is."""
    text = json.dumps(dcat(replace(whole(edition), public_url="https://thu-tuc.example/tinh/")))
    data = rdflib.Graph().parse(data=text, format="json-ld", publicID="file:///var/lib/ckan/")
    assert conforms(data)[0] and "file:///" not in data.serialize(format="nt")
    addresses = {str(address) for name in (DCAT.downloadURL, DCAT.accessURL) for address in data.objects(None, name)}
    tables = [name for table in edition.register.tables for name in (table.file_name, table.parquet_name)]
    wanted = {f"https://thu-tuc.example/tinh/du-lieu/{name}" for name in (*tables, "thu-tuc-hanh-chinh.xlsx")}
    assert addresses == wanted
    pages = {str(page) for page in data.objects(None, DCAT.landingPage)}
    assert pages == {"https://thu-tuc.example/tinh/vi/tai-ve.html" + anchor
                     for anchor in ("", *(f"#{table.name}" for table in edition.register.tables))}  # fmt: skip
    contents = {str(address) for address in data.objects(None, SCHEMA.contentUrl)}
    assert contents == wanted


def test_a_harvester_finds_the_licence_of_ckan_s_list_by_its_title(edition: Edition) -> None:
    """As ckanext-dcat looks for `license_id`: at a file's licence, by address or by the title in English."""
    data, listed = graph(edition), {"Other (Attribution)": "other-at"}
    for file in data.subjects(RDF.type, DCAT.Distribution):
        licence = data.value(file, DCTERMS.license)
        titles = [
            str(title)
            for title in data.objects(licence, DCTERMS.title)
            if isinstance(title, Literal) and title.language == "en"
        ]
        assert [listed.get(title) for title in titles] == ["other-at"]
    package = data_package(whole(edition))
    assert (package["license_id"], package["license_title"]) == ("other-at", "Other (Attribution)")


def test_a_contact_is_told_where_it_is_known_and_not_invented(edition: Edition) -> None:
    assert "mailto:" not in (edition.folder / "catalog.jsonld").read_text(encoding="utf-8")
    description = real(edition)
    known = description.publisher.model_copy(update={"email": "mo@example.org", "homepage": "https://example.org/"})
    found = graph_of(json.dumps(dcat(replace(description, official=known))), "catalog.jsonld")
    assert conforms(found)[0] and "mailto:mo@example.org" in found.serialize(format="nt")


def test_another_base_takes_the_place_of_ours(edition: Edition) -> None:
    description = whole(edition)
    moved = description.dataset.model_copy(update={"base_iri": "https://du-lieu.example/"})
    text = json.dumps(dcat(replace(description, dataset=moved)))
    assert "urn:x-tthc" not in text and conforms(graph_of(text, "catalog.jsonld"))[0]


def test_before_a_period_has_closed_there_is_no_day_to_tell(edition: Edition) -> None:
    rows = {table.csv.name: table.rows for table in edition.description.tables}
    head = HEAD | {"rows": rows, "essence": {"closed_periods": [], "synthetic": False}}
    description = describe(edition.register, PROVINCE, head, edition.folder)
    package, web = data_package(description), table_group(description)
    assert "created" not in package and "temporal" not in package and "dc:temporal" not in web
    assert "temporalCoverage" not in schema_org(description)
    assert '"dct:temporal"' not in json.dumps(dcat(description)["@graph"])
    assert "SYNTHETIC" not in json.dumps([package, web, dcat(description), schema_org(description)])


def test_schema_org_says_the_same_without_the_network(edition: Edition) -> None:
    data = graph_of(json.dumps(schema_org(whole(edition))), "page.html")
    assert set(data.predicates()) <= set(graph(edition).predicates())  # the catalogue's file holds it too
    kinds = {str(kind).removeprefix(SCHEMA) for kind in data.objects(None, RDF.type)}
    assert kinds == {"Dataset", "DataDownload", "PropertyValue", "CreativeWork", "Organization", "Place"}
    columns = sum(len(table.columns) for table in edition.register.tables)
    assert len(list(data.subjects(RDF.type, SCHEMA.PropertyValue))) == columns
    described = {str(text) for text in data.objects(None, SCHEMA.contentUrl)}
    assert described == {name for name in edition.register.files if name.endswith((".csv", ".parquet", ".xlsx"))}


def test_a_page_embeds_it_in_its_own_language_with_its_own_addresses(edition: Edition) -> None:
    english = schema_org(whole(edition), "en", "../du-lieu/")
    assert english["name"] == "[SYNTHETIC] Handling of administrative procedures"
    assert english["description"].startswith("SYNTHETIC")
    assert english["distribution"][0]["contentUrl"] == "../du-lieu/thu-tuc-hanh-chinh.xlsx"
    assert english["usageInfo"] == "../du-lieu/METHOD.md"
