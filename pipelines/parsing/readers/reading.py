"""Opens every delivered file: picks the reader by the format that the file name declares.

Does not belong here: any format.
"""

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
from pipelines.settings import ReadLimits


def read(
    path: Path,
    file_name: str,
    contract: Contract,
    contracts: dict[str, Contract],
    *,
    whole: bool = False,
    limits: ReadLimits = ReadLimits(),  # noqa: B008 - frozen
) -> Generator[Batch]:
    """Yield the batches of a file, read in the format that its name declares.

    Args:
        path: The file.
        file_name: The name under which it was delivered, whatever `path` is called.
        contract: The contract of its source.
        contracts: All contracts: a sync message brings rows of several sources.
        whole: Also read dropped personal columns, which some readers leave out, and the path of each row in JSON.
        limits: What reading may use.

    Raises:
        FileRefused: The file cannot be read with certainty.
    """
    return split_batches(_read(path, file_name, contract, contracts, whole, limits), limits.batch_bytes)


def _read(
    path: Path, file_name: str, contract: Contract, contracts: dict[str, Contract], whole: bool, limits: ReadLimits
) -> Generator[Batch]:
    match = DELIVERED.search(file_name)
    kind, packed = (match[1].lower(), match[2] is not None) if match else ("", False)
    if kind in ("csv", "tsv"):
        delimiter = "\t" if kind == "tsv" else contract.formats.delimiter
        return read_delimited(path, contract, delimiter=delimiter, packed=packed, whole=whole)
    if kind in ("json", "ndjson"):
        return read_messages(path, contract, contracts, by_line=kind == "ndjson", packed=packed, whole=whole)
    if kind == "parquet":
        return read_columnar(path, contract, packed=packed, limits=limits)
    if kind in ("xlsx", "xls"):
        return read_list(path, contract, kind=kind, packed=packed, limits=limits)
    raise FileRefused("format_not_taken", format=shown(file_name.rpartition(".")[2], doubtful=True))
