{# Trips and revenue of a mart, summed over its rows, where they are not those of the fact. #}
{% macro adds_up_to_the_fact(mart) -%}
with mart as (
    select coalesce(sum(trips), 0) as trips, sum(total_amount) as total_amount from {{ mart }}
),

fact as (
    select count(*) as trips, sum(total_amount) as total_amount from {{ ref('fct_trips') }}
)

select mart.trips as trips_in_mart, fact.trips as trips_in_fact, mart.total_amount as mart_amount, fact.total_amount as fact_amount
from mart, fact
where mart.trips <> fact.trips or mart.total_amount is distinct from fact.total_amount
{%- endmacro %}
