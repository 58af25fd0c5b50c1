"""YAML of ours: what an official writes twice is refused, not silently taken the second way."""

import pytest
import yaml

from pipelines.common.yaml import read_yaml


@pytest.mark.parametrize(
    "text", ["a: 1\nb: 2\na: 3\n", "- {x: 1, x: 1}\n", "t:\n  expectations: []\n  expectations: [1]\n"]
)
def test_a_key_that_stands_twice_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError, match="twice"):
        read_yaml(text)


def test_nothing_but_plain_data_is_made_of_it() -> None:
    assert read_yaml("a: [1, x, 2024-01-31]\nb: {c: true}\n")["b"] == {"c": True}
    with pytest.raises(yaml.YAMLError):
        read_yaml("!!python/object/apply:os.getcwd []")
