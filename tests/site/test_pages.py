"""The site as a folder: links, sizes, languages, nothing from elsewhere, the same bytes again."""

import hashlib
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import polars as pl
import pytest

from pipelines.common.errors import TthcError
from pipelines.registers.publication import PublicationRegister
from pipelines.site.build import write_site
from pipelines.site.render import HERE, texts
from pipelines.site.vintage_reader import VintageReader
from tests.site.conftest import AS_OF, PLACES, VERSION
from tests.site.open_data import LEVELS, UNITS
from tests.site.reading import pages, tree

LARGEST = 200_000


def broken_links(site: Path) -> list[str]:
    """Link and sources that lead nowhere, to an anchor that is not there, or off the site."""
    broken, site = [], site.resolve()
    for page in pages(site):
        for element in tree(page).iter():
            for name in ("href", "src", "action"):
                target = element.get(name)
                if target is None or (element.get("rel") == "icon" and target.startswith("data:")):
                    continue
                if element.get("download") and target.startswith("data:text/csv"):  # a chart's numbers, in the page
                    continue
                address, _, anchor = target.partition("#")
                file = (page.parent / unquote(address)).resolve() if address else page
                if re.match(r"[a-z]+:|/", target) or not file.is_relative_to(site) or not file.is_file():
                    broken.append(f"{page.name}: {target}")
                elif anchor and not tree(file).xpath("//*[@id=$anchor]", anchor=anchor):
                    broken.append(f"{page.name}: {target}, no such place")
    return broken


def fingerprint(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_link_and_anchor_resolves(small_site: Path) -> None:
    assert broken_links(small_site) == []


def test_every_page_can_be_reached_from_the_front_page(small_site: Path) -> None:
    seen, waiting = set(), [small_site / "vi" / "index.html"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        links = (link.get("href").partition("#")[0] for link in tree(page).iterfind(".//a[@href]"))
        waiting += [file for link in links if (file := (page.parent / link).resolve()).suffix == ".html"]
    assert {page.resolve() for page in pages(small_site)} - seen == {small_site.resolve() / "index.html"}


def test_ids_are_unique_and_labels_point_to_something(small_site: Path) -> None:
    for page in pages(small_site):
        ids = [element.get("id") for element in tree(page).iterfind(".//*[@id]")]
        assert len(ids) == len(set(ids)), page
        named = [
            name for one in tree(page).iterfind(".//*[@aria-labelledby]") for name in one.get("aria-labelledby").split()
        ]
        assert set(named) <= set(ids), page


def test_nothing_comes_from_elsewhere(small_site: Path) -> None:
    for path in [*pages(small_site), *(small_site / "assets").iterdir()]:
        text = path.read_text(encoding="utf-8")
        for name in (
            "http://www.w3.org/2000/svg",
            "https://schema.org/",
        ):  # names of vocabularies, which nothing fetches
            text = text.replace(name, "")
        if path.name == "explore.js":  # its one request is for a published table beside the pages
            text = text.replace("fetch(`${root}du-lieu/${chosen.file}`)", "")
        assert not re.search(r"(https?:)?//[a-z]|url\(|@import|fetch\(|XMLHttpRequest|localStorage|cookie=", text), path


def test_pages_are_small(small_site: Path) -> None:
    assert {page.name: size for page in pages(small_site) if (size := page.stat().st_size) > LARGEST} == {}


def test_both_languages_have_the_same_pages_each_in_its_own(small_site: Path) -> None:
    vi, en = ({page.relative_to(small_site / lang) for page in pages(small_site / lang)} for lang in ("vi", "en"))
    assert vi == en
    assert {tree(page).get("lang") for page in pages(small_site / "vi")} == {"vi"}
    assert {tree(page).get("lang") for page in pages(small_site / "en")} == {"en"}
    for page in pages(small_site / "en"):
        other = tree(page).find(".//a[@hreflang='vi']").get("href")
        assert (page.parent / other).resolve() == (small_site / "vi" / page.relative_to(small_site / "en")).resolve()


def test_there_is_a_page_for_each_office_field_and_level(small_site: Path) -> None:
    offices = {page.stem for page in (small_site / "vi" / "co-quan").iterdir()}
    assert offices == {code for code, _, level, *_ in UNITS if level != "tinh"}
    fields = {page.stem for page in (small_site / "vi" / "linh-vuc").iterdir()}
    assert fields == {"index", "dat-dai", "ho-tich", "ly-lich-tu-phap", "nuoi-con-nuoi"}
    levels = {page.stem for page in (small_site / "vi" / "cap").iterdir()}
    assert levels == {f"{level}{order}" for level in ("so", "huyen", "xa") for order in ("", "-thap-truoc")}


def test_names_are_escaped(small_site: Path) -> None:
    page = small_site / "vi" / "co-quan" / "H19.13.html"
    assert '<b>"thử"</b>' not in page.read_text(encoding="utf-8")
    assert tree(page).find(".//h1").text_content() == 'Sở Văn hóa, Thể thao & Du lịch <b>"thử"</b>'


def test_the_same_folder_gives_the_same_bytes(small_site: Path, small_open_data: Path, register: PublicationRegister,
                                              tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    copied = shutil.copytree(small_open_data, tmp_path / "elsewhere")
    write_site(copied, tmp_path / "site", register, synthetic=True, as_of=AS_OF, version=VERSION, places=PLACES)
    assert fingerprint(tmp_path / "site") == fingerprint(small_site)
    left_over = tmp_path / "site" / "vi" / "co-quan" / "H19.77.html"
    left_over.write_text("an office of an earlier vintage", encoding="utf-8")
    write_site(copied, tmp_path / "site", register, synthetic=True, as_of=AS_OF, version=VERSION, places=PLACES)
    assert fingerprint(tmp_path / "site") == fingerprint(small_site)


def test_every_open_data_file_is_offered_with_its_size(small_site: Path, small_open_data: Path) -> None:
    page = small_site / "vi" / "tai-ve.html"
    offered = {
        (page.parent / link.get("href")).resolve(): int(link.find(".//*[@data-bytes]").get("data-bytes"))
        for link in tree(page).iterfind(".//a[@download]")
    }
    assert {path.name: size for path, size in offered.items()} == {
        path.name: path.stat().st_size for path in small_open_data.iterdir() if path.is_file()
    }
    for path in offered:
        assert path.read_bytes() == (small_open_data / path.name).read_bytes()


def test_synthetic_data_says_so_on_every_page_and_real_data_does_not(
    small_site: Path, small_open_data: Path, register: PublicationRegister, tmp_path: Path
) -> None:
    written = [page for page in pages(small_site) if page.parent != small_site]
    assert all(tree(page).find_class("synthetic") for page in written)
    marks = {"vi": "[Dữ liệu tổng hợp]", "en": "[Synthetic data]"}
    for page in pages(small_site):
        reported = tree(page).findtext(".//title")
        assert reported.startswith(marks[page.relative_to(small_site).parts[0] if page in written else "vi"]), page
        assert [one.get("content") for one in tree(page).iterfind(".//meta[@name='robots']")] == ["noindex"]
    cited = tree(small_site / "vi" / "tai-ve.html").findtext(".//blockquote")
    assert "không của cơ quan nào" in cited and "Đồng Nai" not in cited
    write_site(small_open_data, tmp_path / "site", register, synthetic=False, as_of=AS_OF, version=VERSION)
    assert not any(tree(page).find_class("synthetic") for page in pages(tmp_path / "site"))
    assert not any("tổng hợp" in tree(page).findtext(".//title") for page in pages(tmp_path / "site"))
    assert not any(tree(page).findall(".//meta[@name='robots']") for page in pages(tmp_path / "site"))


def test_what_changed_lists_each_revision(small_site: Path) -> None:
    addresses = [one.get("data-at") for one in tree(small_site / "vi" / "thay-doi.html").iterfind(".//td[@data-at]")]
    assert [address.split(":")[2] for address in addresses] == ["tu_so", "ty_le"]
    assert "H19.03" in tree(small_site / "vi" / "thay-doi.html").text_content()


def test_a_vintage_without_a_closed_period_still_has_a_site(small_open_data: Path, register: PublicationRegister,
                                                           tmp_path: Path) -> None:  # fmt: skip
    young = shutil.copytree(small_open_data, tmp_path / "young")
    for path in young.glob("*.csv"):
        if path.stem not in ("don-vi", "danh-muc-chi-tieu"):
            path.write_text(path.read_text(encoding="utf-8").splitlines(keepends=True)[0], encoding="utf-8")
    write_site(young, tmp_path / "site", register, synthetic=True, as_of=AS_OF, version=VERSION)
    assert broken_links(tmp_path / "site") == []
    assert "Chưa có kỳ nào kết thúc" in tree(tmp_path / "site" / "vi" / "co-quan" / "H19.03.html").text_content()


def test_a_missing_table_is_named(small_open_data: Path, register: PublicationRegister, tmp_path: Path) -> None:
    lacking = shutil.copytree(small_open_data, tmp_path / "lacking")
    (lacking / "ky.csv").unlink()
    with pytest.raises(TthcError) as refused:
        write_site(lacking, tmp_path / "site", register, synthetic=True, as_of=AS_OF, version=VERSION)
    assert "ky.csv" in str(refused.value)
    assert not (tmp_path / "site").exists()


def test_every_text_stands_in_both_languages_with_the_same_blanks_and_is_used() -> None:
    templates = "\n".join(path.read_text(encoding="utf-8") for path in HERE.rglob("*") if path.suffix in (".j2", ".py"))
    # Codes that templates put together: `t("level_" ~ level)`, `t(verdict ~ "_why")`.
    built = set(re.findall(r"[\"'f]*\"(\w+_)(?:\"\s*~|\{)", templates)) | {
        "method_source_",
        "short_",
        "explore_script_",
    }
    ends = tuple(re.findall(r"~ \"(_\w+)\"", templates))
    for code, sentences in texts().items():
        assert set(sentences) == {"vi", "en"}, code
        assert sorted(re.findall(r"{\w+}", sentences["vi"])) == sorted(re.findall(r"{\w+}", sentences["en"])), code
        assert f'"{code}"' in templates or code.startswith(tuple(built)) or code.endswith(ends), code


def test_a_year_whose_plan_has_no_targets_is_said_where_people_look(
    small_open_data: Path, register: PublicationRegister, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(small_open_data, tmp_path / "open-data"))
    goals, values = (
        pl.read_csv(folder / f"{name}.csv", infer_schema=False) for name in ("muc-tieu-ke-hoach", "chi-tieu")
    )
    goals.with_columns(nam=pl.lit("2023")).write_csv(folder / "muc-tieu-ke-hoach.csv")
    none = pl.lit(None, pl.String)
    values.with_columns(muc_tieu=none, dat=none).write_csv(folder / "chi-tieu.csv")
    write_site(folder, tmp_path / "site", register, synthetic=True, as_of="2024-12-31", version="v")
    said = "chưa có mục tiêu của kế hoạch năm 2024"
    for page in ("ke-hoach.html", "index.html", "cap/xa.html", "co-quan/H19.31.02.html"):
        assert said in tree(tmp_path / "site" / "vi" / page).text_content(), page
    assert VintageReader(small_open_data, LEVELS).years_without_targets == []
