"""The kinds of falsification as data: `kinds.yml`, read and validated."""

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Sentence, Strict
from tests.campaign.vigilance.falsify import WAYS

KINDS = Path(__file__).with_name("kinds.yml")


class Size(Strict):
    """How much is falsified.

    `needs`: how many rows of the source a delivery must have to be noticed, null if the design promises nothing.
    """

    size: float = Field(gt=0, le=1)
    needs: int | None = None


class Kind(Strict):
    """One way in which a delivery is false; see the head of `kinds.yml`."""

    source: str
    how: str
    extra: dict[str, Any] = Field(default_factory=dict, alias="with")
    sizes: list[Size] = Field(min_length=1)
    cause: list[str]
    sentence: Sentence

    @model_validator(mode="after")
    def _is_known(self) -> "Kind":
        if self.how not in WAYS:
            raise ValueError(f"falsify.py has no way {self.how}")
        return self


class Elsewhere(Strict):
    """A kind measured by a test of its own, named."""

    test: str
    sentence: Sentence


class Kinds(Strict):
    """All of `kinds.yml`."""

    kinds: dict[str, Kind]
    elsewhere: dict[str, Elsewhere]
    unnoticeable: list[Sentence]


@cache
def load_kinds() -> Kinds:
    """Return every kind.

    Raise pydantic.ValidationError where the file is not well-formed.
    """
    return Kinds.model_validate(read_yaml(KINDS.read_text(encoding="utf-8")))
