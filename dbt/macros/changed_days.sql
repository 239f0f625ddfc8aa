{#
    Days whose trips in `incoming` differ from the trips in `this`: another number of them, or another sum of row hashes.
    Both sides hash the same columns in the order of the table.
#}
{% macro changed_days(incoming) -%}
    {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='quoted') | join(', ') -%}
    select pickup_date from (
        select pickup_date, count(*) as trips, sum(hash(row({{ columns }}))) as fingerprint
        from {{ incoming }} group by pickup_date
        except
        select pickup_date, count(*) as trips, sum(hash(row({{ columns }}))) as fingerprint
        from {{ this }} group by pickup_date
    )
{%- endmacro %}

{# delete+insert replaces days that have trips; a day that lost its last trip has to be taken away before. #}
{% macro delete_vanished_days(incoming) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where not exists (select 1 from {{ incoming }} as incoming where incoming.pickup_date = {{ this.identifier }}.pickup_date)
    {%- endif -%}
{%- endmacro %}
