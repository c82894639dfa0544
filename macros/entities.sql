{#- The entities of the input contract, and the column by which a row of each is named to people. -#}
{% macro entities() %}
    {{ return({
        'orders': 'order_id',
        'order_lines': 'order_id',
        'refunds': 'refund_id',
        'customers': 'customer_id',
        'products': 'product_id',
        'leads': 'lead_id',
        'interactions': 'interaction_id',
        'referrals': 'referrer_customer_id',
        'reviews': 'customer_id',
        'wallet_surveys': 'customer_id',
        'campaigns': 'campaign_id',
        'campaign_targets': 'campaign_id',
        'cards': 'card_no',
        'points': 'card_no',
        'coupons': 'coupon_id',
        'service_costs': 'customer_id',
        'tasks': 'task_id',
        'deals': 'deal_id',
        'bank_transactions': 'transaction_id',
        'exchange_rates': 'currency'
    }) }}
{% endmacro %}
