{{ abc_xyz(key='customer_id', monthly_revenue=ref('customer_months')) }}
