{{ disposition("ket_qua") }}
