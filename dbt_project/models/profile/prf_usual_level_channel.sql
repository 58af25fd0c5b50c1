-- The channel that dossiers of a level mostly come by, up to the week before.
{{ usual_before(ref("prf_dossier_seen"), ["unit_level"], "KenhThucHien") }}
