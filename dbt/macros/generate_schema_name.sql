{# The file belongs to one environment, so a schema is named as its folder is, without the target's schema before it. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
