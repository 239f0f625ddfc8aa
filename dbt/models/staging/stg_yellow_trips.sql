{# A table: it is the one read of the Iceberg table, and everything after it stays inside DuckDB. #}
{{ config(materialized='table') }}

select
    event_id as trip_id,
    pickup_date,
    vendor_id,
    pickup_at,
    dropoff_at,
    passenger_count,
    {{ miles('trip_distance') }} as trip_distance_miles,
    rate_code_id,
    store_and_fwd_flag,
    pickup_location_id,
    dropoff_location_id,
    payment_type,
    {{ dollars('fare_amount') }} as fare_amount,
    {{ dollars('extra') }} as extra,
    {{ dollars('mta_tax') }} as mta_tax,
    {{ dollars('tip_amount') }} as tip_amount,
    {{ dollars('tolls_amount') }} as tolls_amount,
    {{ dollars('improvement_surcharge') }} as improvement_surcharge,
    {{ dollars('total_amount') }} as total_amount,
    {{ dollars('congestion_surcharge') }} as congestion_surcharge,
    {{ dollars('airport_fee') }} as airport_fee
from {{ iceberg_relation('silver.trips') }}
