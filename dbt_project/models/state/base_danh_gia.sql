{{ disposition("danh_gia") }}
