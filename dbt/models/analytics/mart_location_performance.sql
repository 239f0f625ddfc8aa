with departures as (
    select
        pickup_location_id as location_id,
        count(*) as trips,
        sum(passenger_count) as passengers,
        sum(total_amount) as total_amount,
        sum(fare_amount) as fare_amount,
        sum(trip_distance_miles) as distance_miles,
        sum(duration_seconds) as duration_seconds,
        sum(tip_amount) filter (where payment_type = 1) as card_tip_amount,
        sum(fare_amount) filter (where payment_type = 1) as card_fare_amount
    from {{ ref('fct_trips') }}
    group by pickup_location_id
),

arrivals as (
    select dropoff_location_id as location_id, count(*) as trips
    from {{ ref('fct_trips') }}
    group by dropoff_location_id
)

select
    departures.location_id,
    locations.borough,
    locations.zone_name,
    locations.is_airport,
    departures.trips,
    coalesce(arrivals.trips, 0) as arrivals,
    cast(departures.passengers as bigint) as passengers,
    departures.total_amount,
    {{ ratio('departures.total_amount', 'departures.trips') }} as average_total_amount,
    {{ ratio('departures.distance_miles', 'departures.trips') }} as average_distance_miles,
    {{ ratio('departures.duration_seconds', 'departures.trips * 60') }} as average_duration_minutes,
    {{ ratio('departures.card_tip_amount', 'departures.card_fare_amount', 4) }} as card_tip_rate,
    cast(rank() over (order by departures.total_amount desc) as integer) as revenue_rank
from departures
inner join {{ ref('dim_locations') }} as locations using (location_id)
left join arrivals using (location_id)
