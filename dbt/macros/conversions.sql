{# US dollars, exact: sums of DOUBLE depend on the order in which threads add them, and no reconciliation would hold. #}
{% macro dollars(column) -%}
    cast({{ column }} as decimal(18, 2))
{%- endmacro %}

{# A taximeter shows hundredths of a mile. #}
{% macro miles(column) -%}
    cast({{ column }} as decimal(18, 3))
{%- endmacro %}

{# `numerator / denominator` to `digits` decimals, and NULL where there is nothing to divide by. #}
{% macro ratio(numerator, denominator, digits=2) -%}
    round({{ numerator }} / nullif({{ denominator }}, 0), {{ digits }})
{%- endmacro %}

{# Dimensions have a member for what a record does not tell, so that joins from the fact lose no trip. #}
{% macro known_or_missing(column) -%}
    coalesce({{ column }}, {{ missing_member() }})
{%- endmacro %}

{% macro missing_member() -%}
    -1
{%- endmacro %}
