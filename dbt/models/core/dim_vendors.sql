{{ dimension_of_codes(lookup=ref('stg_vendors'), key='vendor_id', name='vendor_name', label='Vendor') }}
