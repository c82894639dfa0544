{{ staged('deals') }}
