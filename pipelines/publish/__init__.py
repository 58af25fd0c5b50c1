"""Publication: a candidate that passed the gate becomes a version, atomically, and `current` points to it.

`versions` moves and switches, `verify` checks the verdict again right before the switch, `skip_unchanged` detects that
nothing has to be computed, `editions` keeps published open data, `first_published` the first value of each figure,
`beside` handles versions as of an earlier day, `read_only` opens a version for readers.
"""
