{{ child_disposition("danh_gia") }}
