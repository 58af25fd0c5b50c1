"""Open data: what leaves the warehouse for citizens, under which protection, and when.

`register` is the whitelist, `rules` the disclosure rules; `keys`, `cells` and `tables` make the protected figures,
`attack` and `audit` try to undo them, `vintage` freezes and revises what is out. What a file says of itself in the
standards' formats is not made here but from the register.
"""
