"""The quality page: what came, what was rejected and why, how to correct it, what was checked, who approved what.

`facts` reads it from a version, a refused candidate or the ledger, `pages` turns it into HTML in two languages, `write`
lays the pages of a run beside the earlier ones. Counts, file names and places in files only: no value of a row, no
dossier's code, nothing personal. What is rejected or held is decided elsewhere.
"""
