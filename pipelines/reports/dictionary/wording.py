"""Words of the dictionary in both languages side by side (`texts.yml`).

Belongs here: looking them up. Does not belong here: descriptions, which are the models' and registers' own.
"""

from pathlib import Path

from pipelines.common.i18n import read_catalogue
from pipelines.contracts.fields import Sentence

HERE = Path(__file__).parent


def words(code: str) -> Sentence:
    """Return a text of the dictionary in both languages."""
    found = read_catalogue(HERE / "texts.yml")[code]
    return Sentence(vi=found["vi"], en=found["en"])


def side_by_side(code: str) -> str:
    """Return a text in both languages in one line."""
    text = words(code)
    return text.vi if text.vi == text.en else f"{text.vi} / {text.en}"
