{#
    Silver is overwritten day by day, so the fact is replaced day by day: unique_key is the day, and only days whose trips
    differ are written. A trip that left silver leaves the fact with its day; a day without any trip is deleted before.
    What comes out is what a full refresh gives, whatever happened to silver in between.
#}
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='pickup_date',
        on_schema_change='fail',
        pre_hook="{{ delete_vanished_days(ref('int_trip_metrics')) }}",
    )
}}

with incoming as (
    select
        trip_id,
        pickup_date,
        pickup_at,
        dropoff_at,
        pickup_hour,
        vendor_id,
        rate_code_id,
        payment_type,
        pickup_location_id,
        dropoff_location_id,
        passenger_count,
        trip_distance_miles,
        duration_seconds,
        speed_mph,
        fare_amount,
        tip_amount,
        tolls_amount,
        surcharges_amount,
        total_amount,
        tip_rate,
        was_stored_in_vehicle
    from {{ ref('int_trip_metrics') }}
)

select * from incoming
{% if is_incremental() -%}
where pickup_date in ({{ changed_days('incoming') }})
{%- endif %}
