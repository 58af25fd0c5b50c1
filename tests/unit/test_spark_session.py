"""Before Spark starts: into how many parts tables go, and whether there is a Java for it. No Spark is started here."""

from pathlib import Path

import pytest

from pipelines.common.errors import TthcError
from pipelines.transform.spark import compute
from pipelines.transform.spark.session import PARTITIONS, shuffle_partitions


def _file(folder: Path, name: str, size: int) -> str:
    """Create a file of a size that takes no disk."""
    with (folder / name).open("wb") as file:
        file.truncate(size)
    return str(folder / name)


@pytest.mark.parametrize(
    ("mebibytes", "parts"), [([], PARTITIONS), ([1, 2], PARTITIONS), ([1024], 64), ([512, 512, 15], 64)]
)
def test_larger_sources_are_divided_into_more_parts(tmp_path: Path, mebibytes: list[int], parts: int) -> None:
    files = [_file(tmp_path, f"{number}.parquet", size << 20) for number, size in enumerate(mebibytes)]
    assert shuffle_partitions({"lake.ho_so": files[:1], "lake.tien_trinh": files[1:]}) == parts


@pytest.mark.parametrize(
    ("says", "refused"),
    [
        ('openjdk version "17.0.13" 2024-10-15', False),
        ('java version "21" 2023-09-19 LTS', False),
        ('openjdk version "11.0.24" 2024-07-16', True),
        ('java version "1.8.0_401"', True),
        ("", True),
    ],
)
def test_a_java_that_is_too_old_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, refused: bool
) -> None:
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(compute, "find_spec", lambda name: name)
    if refused:
        with pytest.raises(TthcError, match="Java 17"):
            compute.require_spark()
    else:
        compute.require_spark()


def test_where_java_home_has_no_java_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(compute, "find_spec", lambda name: name)
    with pytest.raises(TthcError, match="Java 17"):
        compute.require_spark()
