"""Measured wrongness: text and workbooks that nobody here wrote, through the reader of the nightly job.

`corpora` says what each file truly holds, `verdict` compares, `__main__` prints the table (`make wrongness`).
"""
