{{ disposition("tien_trinh") }}
