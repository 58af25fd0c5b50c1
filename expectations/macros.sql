-- Hàm dùng chung cho mọi bộ kiểm tra. SQL functions that every suite may use.
--
-- looks_personal(text): đúng khi chuỗi chứa một mẫu giống dữ liệu cá nhân:
--   số định danh / CCCD (12 chữ số, bắt đầu bằng 0), CMND (cả chuỗi là 9 chữ số),
--   số điện thoại di động (10 số, viết liền hoặc 4-3-3; hoặc có 84 ở đầu), địa chỉ thư điện tử.
-- True where a text holds what looks like an identity number, a mobile phone number or an e-mail address.
-- Null in, false out.
create or replace temp macro looks_personal(words) as coalesce(
    regexp_matches(
        cast(words as varchar),
        '^[0-9]{9}$'
        || '|(?:^|[^0-9])0[0-9]{11}(?:[^0-9]|$)'
        || '|(?:^|[^0-9])(?:0|84)[35789][0-9]{8}(?:[^0-9]|$)'
        || '|(?:^|[^0-9.])0[35789][0-9]{2}[ .][0-9]{3}[ .][0-9]{3}(?:[^0-9]|$)'
        || '|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]{2,}'
    ),
    false
);
