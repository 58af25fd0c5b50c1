{{ indicator_as_reported("declared_info_cut") }}
