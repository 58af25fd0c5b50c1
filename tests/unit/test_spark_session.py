"""What Spark's session is told follows from what it reads; no Spark is started here."""

from pathlib import Path

import pytest

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
