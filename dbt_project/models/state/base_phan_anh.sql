{{ disposition("phan_anh") }}
