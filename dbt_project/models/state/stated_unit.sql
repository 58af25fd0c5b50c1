-- What accepted rows of the list of units say of places in the tree, once each. One row per unit, level, parent and
-- moment.
select MaDonVi, Cap, MaDonViCha, newness
from {{ ref("listed_unit") }}
where reason is null
group by MaDonVi, Cap, MaDonViCha, newness
