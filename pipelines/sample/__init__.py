"""A synthetic province in the landing layout, with the numbers that must come out of it (`truth.json`).

Everything made here is invented. The shape of the invention is data: `behaviour.yml`.
"""

from pipelines.sample.province import write_province

__all__ = ["write_province"]
