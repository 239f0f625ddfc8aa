select
    origins.borough as pickup_borough,
    destinations.borough as dropoff_borough,
    count(*) as trips,
    sum(trips.total_amount) as total_amount,
    {{ ratio('sum(trips.total_amount)', 'count(*)') }} as average_total_amount,
    {{ ratio('sum(trips.trip_distance_miles)', 'count(*)') }} as average_distance_miles,
    {{ ratio('sum(trips.duration_seconds)', 'count(*) * 60') }} as average_duration_minutes
from {{ ref('fct_trips') }} as trips
inner join {{ ref('dim_locations') }} as origins on trips.pickup_location_id = origins.location_id
inner join {{ ref('dim_locations') }} as destinations on trips.dropoff_location_id = destinations.location_id
group by origins.borough, destinations.borough
