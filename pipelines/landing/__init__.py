"""Landing: what the provincial systems deliver is found, hashed, copied once into the archive and listed.

`discover` looks, `archive` copies, `ledger` remembers. Nothing here opens a file's content as data.
"""
