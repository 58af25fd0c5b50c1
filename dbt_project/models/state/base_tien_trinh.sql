-- In which office a step was taken decides nothing about the step, so offices that differ are no conflict; of repeats
-- one
-- that names its office counts.
{{
    disposition(
        "tien_trinh",
        partly=[{"unsaid": "(PhongBanXuLy is null)", "weighs": true}],
        compared_apart=["PhongBanXuLy"],
    )
}}
