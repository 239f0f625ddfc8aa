{# As dimension_of_codes, of both ends of a trip. #}
with used as (
    select pickup_location_id as location_id from {{ ref('int_trip_metrics') }}
    union
    select dropoff_location_id from {{ ref('int_trip_metrics') }}
)

select location_id, borough, zone_name, service_zone, is_airport, true as is_listed
from {{ ref('stg_taxi_zones') }}
union all
select {{ missing_member() }}, 'Unknown', 'Not recorded', null, false, true
union all
select location_id, 'Unknown', 'Zone ' || location_id, null, false, false
from used
where location_id <> {{ missing_member() }} and location_id not in (select location_id from {{ ref('stg_taxi_zones') }})
