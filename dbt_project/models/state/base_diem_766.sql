{{ disposition("diem_766") }}
