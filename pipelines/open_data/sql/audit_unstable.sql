-- Cells of the same cases that are shown with another value than before.
select count(*) from memory m join figure f on (f.cell, f.n_out, f.k_out) = (m.cell, m.n, m.k) where f.value <> m.value
