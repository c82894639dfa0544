{{ staged('tasks') }}
