-- Working days that a procedure's dossiers are mostly given, up to the week before.
{{ usual_before(ref("prf_dossier_seen"), ["MaTTHC"], "term") }}
