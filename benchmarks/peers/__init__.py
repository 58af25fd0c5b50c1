"""Form II.06a and seven indicators as an analyst would compute them: one script per tool, no checks, newest rows only.

Each computes them straight from the delivered files and writes one CSV of the same shape (`request`). Nothing here
validates, protects, explains or keeps anything; that is what the nights are compared with.
"""
