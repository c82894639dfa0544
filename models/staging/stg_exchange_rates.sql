{{ staged('exchange_rates') }}
