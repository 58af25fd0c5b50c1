"""Landing: find delivered files, hash them, copy each once into the archive, and record it in the ledger.

`discover` finds files, `sidecars` reads their checksums and row counts, `archive` copies them, `ingest` records them,
`retention` removes expired files, `rebuild_ledger` rebuilds the ledger from the archive, `faults` tells faults of a
file from those of the machine. Does not belong here: reading a file's content as data (`parsing`).
"""
