{{ dimension_of_codes(lookup=ref('stg_rate_codes'), key='rate_code_id', name='rate_code_name', label='Rate code') }}
