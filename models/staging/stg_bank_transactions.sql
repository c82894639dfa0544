{{ staged('bank_transactions') }}
