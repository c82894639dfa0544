{{ staged('cards') }}
