"""Which reader reads which format: the one door through which every delivered file is opened."""

from collections.abc import Generator
from pathlib import Path

from pipelines.common.errors import FileRefused
from pipelines.contracts.batch import Batch, split_batches
from pipelines.contracts.model import Contract
from pipelines.landing.discover import DELIVERED
from pipelines.parsing.readers.columnar import read_columnar
from pipelines.parsing.readers.delimited import read_delimited
from pipelines.parsing.readers.grid import read_list
from pipelines.parsing.readers.headers import shown
from pipelines.parsing.readers.sync_messages import read_messages
from pipelines.settings import Settings


def read(
    path: Path, file_name: str, contract: Contract, contracts: dict[str, Contract], *, whole: bool = False
) -> Generator[Batch]:
    """Return batches of a file by the format its name declares, each within `Settings.batch_bytes`.

    With `whole` they also have the personal columns that are never kept, where the format can leave them out, and where
    in a JSON file each row stands.

    Raises:
        FileRefused: If the file cannot be read with certainty.
    """
    return split_batches(_read(path, file_name, contract, contracts, whole=whole), Settings().batch_bytes)


def _read(
    path: Path, file_name: str, contract: Contract, contracts: dict[str, Contract], *, whole: bool
) -> Generator[Batch]:
    match = DELIVERED.search(file_name)
    kind, packed = (match[1].lower(), match[2] is not None) if match else ("", False)
    if kind in ("csv", "tsv"):
        delimiter = "\t" if kind == "tsv" else contract.formats.delimiter
        return read_delimited(path, contract, delimiter=delimiter, packed=packed, whole=whole)
    if kind in ("json", "ndjson"):
        return read_messages(path, contract, contracts, by_line=kind == "ndjson", packed=packed, whole=whole)
    if kind == "parquet":
        return read_columnar(path, contract, packed=packed)
    if kind in ("xlsx", "xls"):
        return read_list(path, contract, kind=kind, packed=packed)
    raise FileRefused("format_not_taken", format=shown(file_name.rpartition(".")[2], doubtful=True))
