"""`make wrongness`: every corpus through the reader, and per corpus how many files came out how.

Ends with exit code 1 where anything came in wrong unnoticed, or otherwise than it should.
"""

import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.campaign.wrongness.corpora import CORPORA, MADE_HERE, REAL
from tests.campaign.wrongness.verdict import judge_case

VERDICTS = ("exact", "refused", "quarantined", "silently wrong")


def main() -> None:
    """Measures and prints; what came in wrong is named, and files that are missing here are named."""
    console = Console()
    table = Table(title="Measured wrongness: files by what became of them")
    for name in ("corpus", "files", *VERDICTS[:-1], "silently\nwrong"):
        table.add_column(name, justify="left" if name == "corpus" else "right", no_wrap=True)
    wrong: list[str] = []
    with Progress(console=console, transient=True) as progress, tempfile.TemporaryDirectory() as folder:
        for number, (corpus, cases) in enumerate(CORPORA.items()):
            count: Counter[str] = Counter()
            if corpus not in MADE_HERE and not REAL.is_dir():
                table.add_row(corpus, "not here")
                continue
            place = Path(folder) / str(number)
            place.mkdir()
            every = list(cases(place))
            for case in progress.track(every, description=corpus):
                verdict, why = judge_case(case)
                count[verdict] += 1
                name = case.name or case.path.name
                if verdict == "silently wrong":
                    wrong.append(f"silently wrong: {corpus}: {name} {why}")
                elif case.wanted not in (None, verdict):
                    wrong.append(f"{verdict}, should be {case.wanted}: {corpus}: {name} {why}")
            table.add_row(corpus, str(len(every)), *(str(count[verdict]) for verdict in VERDICTS))
    console.print(table)
    if not REAL.is_dir():
        console.print(f"The corpora of others belong into {REAL}; docs/formats.md says where they come from.")
    for line in wrong:
        console.print(line, markup=False)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
