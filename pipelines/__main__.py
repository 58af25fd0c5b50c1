"""`python -m pipelines` is the `tthc` command."""

from pipelines.cli import main

main()
