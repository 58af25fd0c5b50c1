{{ disposition("le_phi") }}
