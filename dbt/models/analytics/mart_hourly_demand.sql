with hours as (
    select
        pickup_day_of_week as day_of_week,
        pickup_hour,
        count(distinct pickup_date) as days,
        sum(trips) as trips,
        sum(passengers) as passengers,
        sum(distance_miles) as distance_miles,
        sum(duration_seconds) as duration_seconds,
        sum(total_amount) as total_amount
    from {{ ref('int_hourly_patterns') }}
    group by pickup_day_of_week, pickup_hour
)

select
    day_of_week,
    pickup_hour,
    cast(days as bigint) as days,
    cast(trips as bigint) as trips,
    cast(passengers as bigint) as passengers,
    total_amount,
    {{ ratio('trips', 'days') }} as trips_per_day,
    {{ ratio('total_amount', 'trips') }} as average_total_amount,
    {{ ratio('distance_miles * 3600', 'duration_seconds') }} as average_speed_mph,
    cast(rank() over (partition by day_of_week order by trips desc) as integer) as rank_in_day
from hours
