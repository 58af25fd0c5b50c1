"""The README is true: what it and the pages beside it quote is what the commands say today."""

from itertools import chain
from pathlib import Path

import pytest

from pipelines.settings import PROJECT_DIR, Settings
from scripts import docs, picture, readme

NIGHT = """\
Starting
read
Taken in
┏━━━┳━━━┓
┃ s ┃ n ┃
┡━━━╇━━━┩
│ a │ 1 │
└───┴───┘
Indicators of a year
┏━━━━━━┳━━━┓
┃ name ┃ % ┃
┡━━━━━━╇━━━┩
│ one  │ 1 │
│      │ 2 │
├──────┼───┤
│ two  │ 3 │
│      │ 4 │
├──────┼───┤
│ next │ 5 │
└──────┴───┘
Published
"""


@pytest.mark.slow
@pytest.mark.campaign
def test_the_pages_show_what_the_commands_say(tmp_path: Path) -> None:
    said = readme.outputs("en", tmp_path)
    quoted = {page: names for page, (language, names) in readme.PAGES.items() if language == "en"}
    assert set(chain(*quoted.values())) == set(said)
    for page, names in quoted.items():
        assert readme.shown(page) == {name: said[name] for name in names}, page


def test_a_readme_shows_a_part_of_the_night_that_its_own_page_shows_in_full() -> None:
    night = readme.shown("docs/first-night.md")["make run"]
    assert readme.shown("README.md")["make run, in short"] == readme.in_short(night, readme.IN_SHORT["en"])


def test_a_night_in_short_is_its_lines_with_a_word_and_rows_of_the_tables_below_one() -> None:
    assert readme.in_short(NIGHT, ("Starting", "Indicators", "two", "Published")).splitlines() == [
        "Starting",
        "…",
        "Indicators of a year",
        "┏━━━━━━┳━━━┓",
        "┃ name ┃ % ┃",
        "┡━━━━━━╇━━━┩",
        "…",
        "│ two  │ 3 │",
        "│      │ 4 │",
        "…",
        "└──────┴───┘",
        "Published",
    ]


def test_a_word_that_the_night_no_longer_says_is_noticed() -> None:
    with pytest.raises(AssertionError):
        readme.in_short(NIGHT, ("Published", "Withdrawn"))


@pytest.mark.parametrize(
    ("english", "vietnamese", "least"),
    [("README.md", "README.vi.md", 40), ("docs/explain.md", "docs/explain.vi.md", 10)],
)
def test_pages_of_both_languages_quote_the_same_figures(english: str, vietnamese: str, least: int) -> None:
    def figures(page: str) -> list[str]:
        text = "".join(readme.shown(page).values())
        return [word for word in text.replace("│", " ").split() if word[0].isdigit() and word[-1] not in "/:"]

    assert len(figures(english)) > least
    assert figures(english) == figures(vietnamese)


def test_every_output_stands_on_its_page() -> None:
    assert {page: tuple(readme.shown(page)) for page in readme.PAGES} == {
        page: names for page, (_, names) in readme.PAGES.items()
    }


def test_the_picture_is_wide_enough_to_read_and_small_enough_to_load() -> None:
    picture_of_the_site = picture.PICTURE.read_bytes()
    assert picture_of_the_site[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(picture_of_the_site[16:20], "big") == picture.WIDTH
    assert len(picture_of_the_site) < 250_000
    place = picture.PICTURE.relative_to(PROJECT_DIR).as_posix()
    assert all(f"]({place})" in (PROJECT_DIR / page).read_text("utf-8") for page in ("README.md", "README.vi.md"))


@pytest.mark.parametrize("page", docs.PAGES)
def test_generated_pages_are_current(page: str) -> None:
    written = (PROJECT_DIR / "docs" / page).read_text(encoding="utf-8")
    assert written == docs.PAGES[page](Settings()), "run `make docs`"
