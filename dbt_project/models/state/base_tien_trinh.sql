{{ child_disposition("tien_trinh") }}
