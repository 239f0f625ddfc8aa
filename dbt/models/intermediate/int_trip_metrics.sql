{{ config(materialized='view') }}

with trips as (
    select
        trip_id,
        pickup_date,
        pickup_at,
        dropoff_at,
        cast(hour(pickup_at) as integer) as pickup_hour,
        cast(isodow(pickup_at) as integer) as pickup_day_of_week,
        {{ known_or_missing('vendor_id') }} as vendor_id,
        {{ known_or_missing('rate_code_id') }} as rate_code_id,
        {{ known_or_missing('payment_type') }} as payment_type,
        {{ known_or_missing('pickup_location_id') }} as pickup_location_id,
        {{ known_or_missing('dropoff_location_id') }} as dropoff_location_id,
        passenger_count,
        trip_distance_miles,
        date_diff('second', pickup_at, dropoff_at) as duration_seconds,
        coalesce(fare_amount, 0) as fare_amount,
        coalesce(tip_amount, 0) as tip_amount,
        coalesce(tolls_amount, 0) as tolls_amount,
        coalesce(extra, 0) + coalesce(mta_tax, 0) + coalesce(improvement_surcharge, 0)
            + coalesce(congestion_surcharge, 0) + coalesce(airport_fee, 0) as surcharges_amount,
        total_amount,
        coalesce(store_and_fwd_flag = 'Y', false) as was_stored_in_vehicle
    from {{ ref('stg_yellow_trips') }}
)

select
    *,
    {{ ratio('trip_distance_miles * 3600', 'duration_seconds') }} as speed_mph,
    case when fare_amount > 0 then {{ ratio('tip_amount', 'fare_amount', 4) }} end as tip_rate
from trips
