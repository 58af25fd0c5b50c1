"""Invented applicants of dossiers.

Belongs here: names, identity and phone numbers, addresses. None of them can belong to a real person: identity numbers
start with 999 (no province has that code), phone numbers with 0100 (no network has it), addresses name streets called
"Giả Định", and e-mail addresses end in example.invalid.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.sample.behaviour import Behaviour, Flags, Ints, stream

PLACEHOLDER_ID = "000000001"


@dataclass(frozen=True)
class Applicants:
    """The applicant of each dossier, as indices into lists of name parts.

    Attributes:
        name: Per dossier one number that encodes family, middle and given name.
        number: Per dossier a number below 10^9, unique, from which identity and phone number follow.
        words: Family, middle and given names to choose from.
        placeholder: Whether the identity number is replaced by PLACEHOLDER_ID.
        applicant_kind: Code of `LoaiDoiTuong`.
    """

    name: Ints
    number: Ints
    words: tuple[list[str], list[str], list[str]]
    placeholder: Flags
    applicant_kind: Ints

    def columns(self, rows: Ints) -> dict[str, pl.Series]:
        """Return the personal columns of `ho_so`, by field name, for the dossiers at these positions."""
        name, number = self.name[rows], self.number[rows]
        words, at = [], name
        for list_of_words in self.words:
            words.append(pl.Series(list_of_words).gather(at % len(list_of_words)))
            at = at // len(list_of_words)
        family, middle, given = words
        table = pl.DataFrame({"family": family, "middle": middle, "given": given, "number": number})
        digits = pl.col("number").cast(pl.String).str.zfill(9)
        full = pl.concat_str("family", "middle", "given", separator=" ")
        street = pl.concat_str(
            pl.lit("Số "), pl.col("number") % 300 + 1, pl.lit(", đường Giả Định "), pl.col("number") % 97
        )
        made = table.select(
            LoaiDoiTuong=pl.Series(self.applicant_kind[rows]),
            ChuHoSo=full,
            SoGiayToChuHoSo=pl.when(pl.Series(self.placeholder[rows]))
            .then(pl.lit(PLACEHOLDER_ID))
            .otherwise(pl.concat_str(pl.lit("999"), digits)),
            SoDienThoai=pl.concat_str(pl.lit("0100"), digits.str.slice(3)),
            Email=pl.when(pl.col("number") % 3 == 0).then(
                pl.concat_str(pl.lit("nguoi.gia.lap."), digits, pl.lit("@example.invalid"))
            ),
            DiaChi=street,
            TrichYeuHoSo=pl.concat_str(pl.lit("Hồ sơ giả lập của "), full),
        )
        return {name: made[name] for name in made.columns}


def draw_applicants(count: int, seed: int, behaviour: Behaviour) -> Applicants:
    """Return one applicant per dossier; numbers never repeat."""
    rng = stream(seed, "persons")  # the name of the stream is part of the seed: another one gives other bytes
    settings = behaviour["applicants"]
    words = (settings["family"], settings["middle"], settings["given"])
    names = len(words[0]) * len(words[1]) * len(words[2])
    # The step shares no factor with 10^9, so no number comes twice, and neighbours look unrelated.
    first = int(rng.integers(0, 10**9))
    return Applicants(
        words=words,
        name=rng.integers(0, names, count),
        number=(first + np.arange(count) * 999_983) % 10**9,
        placeholder=rng.random(count) < settings["placeholder_id"],
        applicant_kind=rng.choice([1, 2, 4], count, p=[0.86, 0.12, 0.02]),
    )
