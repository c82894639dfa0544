{{ staged('refunds') }}
