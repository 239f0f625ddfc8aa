-- The lookup has the zones 1 to 265 and no other.
select count(*) as zones, min(location_id) as first_zone, max(location_id) as last_zone
from {{ ref('stg_taxi_zones') }}
having count(*) <> 265 or min(location_id) <> 1 or max(location_id) <> 265
