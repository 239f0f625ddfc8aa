-- The fact has as many trips as the Iceberg table that this run reads, and as much revenue.
with silver as (
    select count(*) as trips, sum({{ dollars('total_amount') }}) as total_amount
    from {{ iceberg_relation('silver.trips') }}
),

fact as (
    select count(*) as trips, sum(total_amount) as total_amount
    from {{ ref('fct_trips') }}
)

select silver.trips as trips_in_silver, fact.trips as trips_in_fact, silver.total_amount as silver_amount, fact.total_amount as fact_amount
from silver, fact
where silver.trips <> fact.trips or silver.total_amount is distinct from fact.total_amount
