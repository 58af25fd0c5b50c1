{{ disposition("don_vi") }}
