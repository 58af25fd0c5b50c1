select
    matthc as procedure_code,
    tentthc as procedure_name,
    malinhvuc as field_code,
    tenlinhvuc as field_name,
    capthuchien as levels,
    thoihangiaiquyet as time_limit,
    donvithoihan as time_limit_unit,
    cophilephi = 1 as has_fee,
    thanhtoantructuyen = 1 as accepts_online_payment,
    coketqua = 1 as returns_result,
    mucdo as service_level,
    latthcnoibo = 1 as is_internal,
    ngayhieuluc as effective_from,
    ngayhethieuluc as effective_to
from {{ ref("rows_thu_tuc") }}
where disposition = 'accepted'
