-- Hàm dùng chung cho mọi bộ kiểm tra. SQL functions that every suite may use.
--
-- Các mẫu trong {{ }} được định nghĩa một lần cho cả cửa nhận dữ liệu, bộ kiểm tra này, dữ liệu mở và trang chất lượng:
-- pipelines/common/patterns.py. The patterns in {{ }} are defined once, for the door as well as for every check after it.
-- Null in, false out.
--
-- looks_personal(text): đúng khi chuỗi chứa một mẫu giống dữ liệu cá nhân: số giấy tờ tùy thân (9, 12 chữ số), số điện
-- thoại (10 chữ số, hoặc 84 ở đầu), viết liền hoặc tách bằng dấu chấm, gạch nối, khoảng trắng; địa chỉ thư điện tử.
-- True where a text holds what looks like an identity number, a phone number or an e-mail address.
create or replace temp macro looks_personal(words) as coalesce(
    regexp_matches(cast(words as varchar), '{{ person }}')
    and not regexp_full_match(cast(words as varchar), '{{ honest }}'),
    false
);
-- is_code(text): chỉ gồm chữ A–Z, a–z, chữ số và . - _ / · a code holds letters, digits and . - _ / only.
create or replace temp macro is_code(words) as coalesce(
    regexp_full_match(cast(words as varchar), '{{ code }}'), false
);
-- is_shown_text(text): không có ký tự điều khiển, không bắt đầu như công thức · no control character, no formula.
create or replace temp macro is_shown_text(words) as coalesce(
    regexp_full_match(cast(words as varchar), '{{ shown }}'), false
);
