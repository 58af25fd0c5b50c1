"""Errors that an operator can act on: a code with parameters (place, remedy), never a value from the data.

Belongs here: error classes and exit codes. Does not belong here: the sentences (`messages.yml`).
"""

EXIT_PUBLISHED, EXIT_FAULT, EXIT_USAGE, EXIT_REFUSED, EXIT_LOCKED = 0, 1, 2, 3, 4
EXIT_ROWS_REJECTED, EXIT_FILE_REFUSED = 5, 6
EXIT_OPEN_DATA_KEPT = 6  # of `tthc run` alone: the warehouse is published, new open data are not
EXIT_STALE = EXIT_REFUSED  # of `tthc status` alone


class TthcError(Exception):
    """An error that stops the run.

    Attributes:
        code: Code of a sentence in messages.yml.
        params: Values of its placeholders.
        exit_code: Exit code of the process.
    """

    exit_code = EXIT_FAULT

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        from pipelines.common.i18n import say

        return f"[{self.code}] {say(self.code, **self.params)}"


class LakeUnreachable(TthcError):
    """The object store with the lake is away or refuses: no fault of a file, and every further request would fail."""


class UsageFault(TthcError):
    """Arguments or settings of a command are invalid."""

    exit_code = EXIT_USAGE


class FileRefused(TthcError):
    """One delivered file cannot be read with certainty; the run continues without it and reports it."""

    exit_code = EXIT_FILE_REFUSED


class CandidateRefused(TthcError):
    """The gate refused the candidate; the earlier version stays."""

    exit_code = EXIT_REFUSED


class RunLocked(TthcError):
    """Another run holds the lock."""

    exit_code = EXIT_LOCKED
