{{ staged('campaign_targets') }}
