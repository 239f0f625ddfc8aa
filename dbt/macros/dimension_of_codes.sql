{#
    A dimension of a code list: every listed code, the member for a missing code, and every code of the data that is not
    listed. The TLC adds codes (vendors 6 and 7 came that way); such trips keep their place in the marts, and `is_listed`
    tells them apart.
#}
{% macro dimension_of_codes(lookup, key, name, label) -%}
with used as (
    select distinct {{ key }} from {{ ref('int_trip_metrics') }}
)

select {{ key }}, {{ name }}, true as is_listed
from {{ lookup }}
union all
select {{ missing_member() }}, 'Not recorded', true
union all
select {{ key }}, '{{ label }} ' || {{ key }}, false
from used
where {{ key }} <> {{ missing_member() }} and {{ key }} not in (select {{ key }} from {{ lookup }})
{%- endmacro %}
