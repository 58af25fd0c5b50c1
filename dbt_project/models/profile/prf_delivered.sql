-- What the rows of a delivery say of it: measures that earlier deliveries never change. Those of fees are apart, since
-- they change with the procedure of their dossier.
{{ config(meta={"carried": "business_day"}) }}
{% for name in modelled_sources() if measures(name) and name != "le_phi" %}
    {% if not loop.first %}
        union all
    {% endif %}
    {% set rows = (
        "(select "
        ~ all_but(["_business_day"])
        ~ ", _business_day as business_day from "
        ~ measured_rows(name)
        ~ ")"
        if name != "ho_so"
        else measured_rows(name, ref("prf_ho_so"), "business_day")
    ) %}
    select '{{ name }}' as source, business_day, {{ each_record(measured(name)) }}
    from {{ rows }} r
    group by business_day
{% endfor %}
