"""Landing: what the provincial systems deliver is found, hashed, copied once into the archive and listed.

`discover` looks, `ingest` copies and lists, `retention` lets go what its time is over for, `rebuild_ledger` writes the
ledger anew from the archive. Nothing here opens a file's content as data.
"""
