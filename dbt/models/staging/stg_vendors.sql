select vendor_id, name as vendor_name
from {{ ref('vendor_lookup') }}
