{{ staged('service_costs') }}
