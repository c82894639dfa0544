{{ staged('wallet_surveys') }}
