"""Dry run (`tthc check`): validate files against contracts, lists and each other, without keeping anything.

`places` finds the files, `check` reads and validates them, `stage` and `rows` compare their rows in a scratch database,
`report` adds up the results. Does not belong here: rules for a row by itself (`parsing.validate`), printing (`cli`).
"""
