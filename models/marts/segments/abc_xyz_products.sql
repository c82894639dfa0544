{{ abc_xyz(key='product_id', monthly_revenue=ref('product_months')) }}
