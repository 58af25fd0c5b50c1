"""The quality page: deliveries, rejections with reasons and hints, checks, held items and approvals.

`facts` reads them from a version, a refused candidate or the ledger, `places` looks up where rejected rows are in their
files, `wording` and `pages` make HTML in two languages, `write` writes the pages of a run beside earlier ones. Pages
contain counts, file names and places only: no value of a row, no dossier code, nothing personal. Does not belong here:
what is rejected or held.
"""
