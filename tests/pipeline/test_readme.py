"""The README is true: what it quotes is what the commands say today."""

from pathlib import Path

import pytest

from pipelines.settings import PROJECT_DIR, Settings
from scripts import docs, readme


@pytest.mark.slow
@pytest.mark.campaign
def test_the_readme_shows_what_the_commands_say(tmp_path: Path) -> None:
    assert readme.shown("README.md") == readme.outputs("en", tmp_path)


def test_both_readmes_quote_the_same_figures() -> None:
    def figures(page: str) -> list[str]:
        text = "".join(readme.shown(page).values())
        return [word for word in text.replace("│", " ").split() if word[0].isdigit() and word[-1] not in "/:"]

    english, vietnamese = figures("README.md"), figures("README.vi.md")
    assert len(english) > 100
    assert english == vietnamese


@pytest.mark.parametrize("page", docs.PAGES)
def test_generated_pages_are_current(page: str) -> None:
    written = (PROJECT_DIR / "docs" / page).read_text(encoding="utf-8")
    assert written == docs.PAGES[page](Settings()), "run `make docs`"
