{{ staged('coupons') }}
