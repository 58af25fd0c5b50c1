-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Bao nhiêu lỗi nguồn đang được sửa tay, lỗi nào nguồn đã tự sửa?
-- Một dòng cả khi chưa có lần sửa nào (dữ liệu mẫu không có). `rows_wrong` là số dòng còn sai, tức là số dòng mà lần
-- sửa đổi; bằng 0 thì nên gỡ lần sửa (`mended`).
-- How many errors of sources are corrected by hand, and which has the source mended?
-- One row even where nothing is corrected, as in the sample. `rows_wrong` counts rows that still are wrong, which the
-- correction changes; at 0 it should be retired (`mended`).
select count(*) as corrections, count(*) filter (standing = 'applied') as applied,
  count(*) filter (standing = 'mended') as mended, count(*) filter (standing = 'not_delivered') as not_delivered,
  coalesce(sum(rows_wrong), 0) as rows_wrong, string_agg(distinct source, ', ' order by source) as sources
from known_corrections
