{{ child_disposition("le_phi") }}
