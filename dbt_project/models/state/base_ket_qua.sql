{{ child_disposition("ket_qua") }}
