{{ staged('referrals') }}
