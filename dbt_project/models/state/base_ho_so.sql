-- Every delivered dossier row and its fate.
{{ disposition("ho_so", relation=ref("dossier_row"), **dossier_rules()) }}
