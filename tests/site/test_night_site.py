"""The site that the nightly job published: every number of it, every link, and that it is the vintage's alone."""

from pathlib import Path

import duckdb
import pytest

from pipelines.registers.model import load_province
from pipelines.registers.publication import PublicationRegister
from pipelines.registers.tiles import load_tiles
from pipelines.settings import PROJECT_DIR
from pipelines.site.build import write_vintage_site
from pipelines.site.explore import load_explore
from tests.conftest import CANARY_NAME, CANARY_PHONE, Night
from tests.site.reading import figures, pages, tree
from tests.site.test_figures import out_of_place, unaddressed, wrong_figures
from tests.site.test_pages import LARGEST, broken_links, fingerprint

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(night: Night) -> Path:
    return (night.current / "site").resolve()


@pytest.fixture(scope="module")
def open_data(night: Night) -> Path:
    return (night.current / "open-data").resolve()


def test_every_number_is_the_csv_s_and_in_its_place(site: Path, open_data: Path) -> None:
    count, wrong = wrong_figures(site, open_data)
    assert wrong == []
    assert count > 20_000
    assert out_of_place(site, open_data) == []
    assert list(unaddressed(site)) == []


def test_small_numbers_are_hidden_on_pages_too(site: Path, open_data: Path) -> None:
    """1,500 dossiers over 200 offices: most have too few ratings, and their pages say so; no dossier is hidden."""
    flags = [one.flag for one in figures(site, open_data) if not one.row[one.column]]
    assert flags.count("c") > 1_000
    offices = [tree(page) for page in (site / "vi" / "co-quan").iterdir()]
    assert sum("Giữ kín" in page.text_content() for page in offices) > 50
    hidden = {
        one.row["ma_chi_tieu"] for one in figures(site, open_data) if one.flag == "c" and "ma_chi_tieu" in one.row
    }
    assert hidden == {"satisfaction_rate", "feedback_on_time_rate", "feedback_satisfaction_rate"}


def test_every_link_resolves_and_every_page_is_small(site: Path) -> None:
    assert broken_links(site) == []
    assert len(pages(site)) > 200
    assert max(page.stat().st_size for page in pages(site)) < LARGEST


def test_the_site_is_the_vintage_s_alone(night: Night, site: Path, open_data: Path, tmp_path: Path) -> None:
    """Made again from the open data, elsewhere, it is the same in every byte: nothing of the run is in it."""
    province = load_province(night.registers / "dong-nai")
    write_vintage_site(
        open_data, tmp_path / "site", PROJECT_DIR / "registers" / "vietnam", synthetic=True, province=province,
        places=load_tiles(night.registers / "dong-nai"),
    )  # fmt: skip
    assert fingerprint(tmp_path / "site") == fingerprint(site)


def test_no_canary_shows(site: Path) -> None:
    for page in pages(site):
        text = page.read_text(encoding="utf-8")
        assert CANARY_NAME not in text and CANARY_PHONE not in text


def test_what_the_page_of_exploring_adds_are_sums(open_data: Path, register: PublicationRegister) -> None:
    """Of what `explore.yml` lets be added, offices give their level wherever each of them has a figure."""
    compared = 0
    with duckdb.connect() as connection:
        for name, along in load_explore().adds_up.items():
            described, file = register.table(name), open_data / f"{name}.parquet"
            if "ma_don_vi" not in along:
                continue
            same = ", ".join(column for column in described.key if column not in ("pham_vi", "ma_don_vi"))
            exact = (
                f"semi join (from '{open_data / 'danh-muc-chi-tieu.parquet'}' where bao_mat = 'none')"
                " using (ma_chi_tieu, cach_tinh)"
                if "ma_chi_tieu" in described.key
                else ""
            )
            for count in (column.name for column in described.columns if column.role == "count"):
                found = connection.execute(
                    f"with shown as (from '{file}' {exact}),"
                    f" units as (select {same}, sum({count}) as total from shown where pham_vi = 'don-vi'"
                    f" group by {same} having count(*) = count({count}))"
                    f" select count(*), count(*) filter (units.total is distinct from levels.{count}) from units"
                    f" join (from shown where pham_vi = 'cap') as levels using ({same})"
                ).fetchone()
                assert found is not None
                compared += found[0]
                assert found[1] == 0, (name, count)
    assert compared > 1_000
