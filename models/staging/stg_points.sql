{{ staged('points') }}
