{#- Refuses values of vars that cannot be meant; the message names the var. Runs before every dbt command. -#}
{% macro check_vars() %}
    {%- for name in [
        'activity_window_days', 'regular_min_occasions', 'xyz_months', 'xyz_min_months', 'same_sale_minutes',
        'identity_max_people_per_key', 'identity_max_people', 'wallet_valid_months', 'premium_min_orders',
        'forecast_from_months', 'forecast_months', 'profit_subgroup_min_customers', 'adoption_days',
        'price_response_days', 'mastering_days', 'mastering_support_days', 'novelty_days', 'complaint_sla_days',
        'long_term_days', 'sign_of_life_days', 'bonus_orders', 'effect_days',
        'follow_up_days', 'open_matter_days', 'expected_months'
    ] %}
        {%- if var(name) is not integer or var(name) < 1 %}
            {{ bad_var(name, 'a whole number of at least 1') }}
        {%- endif %}
    {%- endfor %}
    {%- for name in ['exchange_rate_max_age_days', 'payment_match_days'] %}
        {%- if var(name) is not integer or var(name) < 0 %}
            {{ bad_var(name, 'a whole number of at least 0') }}
        {%- endif %}
    {%- endfor %}
    {%- for name in [
        'retention_windows_days', 'rung_retention_days', 'clv_backtest_weeks', 'programme_discount_kinds', 'target_classes', 'returns'
    ] if var(name) is string or var(name) is mapping or var(name) is not iterable %}
        {{ bad_var(name, 'a list') }}
    {%- endfor %}
    {%- for name in ['retention_windows_days', 'rung_retention_days', 'clv_backtest_weeks'] %}
        {%- for days in var(name) if days is not integer or days < 1 %}
            {{ bad_var(name, 'a list of whole numbers of at least 1') }}
        {%- endfor %}
    {%- endfor %}
    {%- for name in ['earliest_business_date', 'as_of_date'] if var(name) %}
        {%- set parts = modules.re.match('([1-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$', var(name) | string) %}
        {%- set year, month, day = (parts.groups() if parts else (2000, 1, 32)) | map('int') %}
        {%- if (modules.datetime.date(year, month, 28) + modules.datetime.timedelta(days=day - 28)).month != month %}
            {{ bad_var(name, 'a date such as 2024-12-31') }}
        {%- endif %}
    {%- endfor %}
    {%- for name in [
        'abc_a_share', 'abc_b_share', 'top_customers_share', 'top_total_share', 'price_hunter_share',
        'bonus_habit_share', 'brand_loyal_share'
    ] %}
        {%- if var(name) is not number or not 0 < var(name) <= 1 %}
            {{ bad_var(name, 'a fraction between 0 and 1 (write 0.80 for 80 %)') }}
        {%- endif %}
    {%- endfor %}
    {%- for low, high in [
        ('abc_a_share', 'abc_b_share'), ('xyz_x_cv', 'xyz_y_cv'), ('xyz_retail_x_cv', 'xyz_retail_y_cv'),
        ('xyz_min_months', 'xyz_months'), ('price_rise_min', 'price_rise_max'),
        ('mastering_support_days', 'mastering_days'), ('complaint_sla_days', 'effect_days')
    ] %}
        {%- if var(low) > var(high) %}
            {{ bad_var(low, 'not above ' ~ high) }}
        {%- endif %}
    {%- endfor %}
    {%- if var('price_response_min_events') is not integer or var('price_response_min_events') < 2 %}
        {{ bad_var('price_response_min_events', 'a whole number of at least 2') }}
    {%- endif %}
    {%- for name in [
        'price_rise_min', 'price_rise_max', 'confidence_z', 'convenience_km', 'personal_window_gaps'
    ] %}
        {%- if var(name) is not number or var(name) <= 0 %}
            {{ bad_var(name, 'a number above 0') }}
        {%- endif %}
    {%- endfor %}
    {%- for name in ['only_us_share', 'premium_share'] %}
        {%- if var(name) is not number or not 0 < var(name) <= 1 %}
            {{ bad_var(name, 'a fraction between 0 and 1 (write 0.90 for 90 %)') }}
        {%- endif %}
    {%- endfor %}
    {%- if var('promoter_min_score') is not number or not 0 <= var('promoter_min_score') <= 10 %}
        {{ bad_var('promoter_min_score', 'a score from 0 to 10') }}
    {%- endif %}
    {%- if var('slipping_gaps') is not number or var('slipping_gaps') < 1 %}
        {{ bad_var('slipping_gaps', 'a number of at least 1') }}
    {%- endif %}
    {%- if var('occasion_unit') not in ['date', 'order'] %}
        {{ bad_var('occasion_unit', '`date` or `order`') }}
    {%- endif %}
    {%- for name in var('sources') if name not in entities() and name != 'phones' %}
        {{ bad_var('sources', 'a mapping of ' ~ entities() | join(', ') ~ ', phones to relations, and `' ~ name ~ '` is none of them') }}
    {%- endfor %}
    {%- if var('sources') and not (var('sources').orders or var('sources').order_lines or var('sources').bank_transactions) %}
        {{ bad_var('sources', 'one with orders, order_lines or bank_transactions: without them nothing was sold') }}
    {%- endif %}
    {%- for name in var('returns') if name not in ['negative_lines', 'negative_orders'] %}
        {{ bad_var('returns', 'a list of negative_lines, negative_orders') }}
    {%- endfor %}
{% endmacro %}

{% macro bad_var(name, meant) %}
    {{ exceptions.raise_compiler_error(
        'The parameter `' ~ name ~ '` is ' ~ var(name) ~ ', but must be ' ~ meant ~ '; correct it in dbt_project.yml or --vars.'
    ) }}
{% endmacro %}
