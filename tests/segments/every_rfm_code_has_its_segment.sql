-- The map is total: 5 x 5 x 5 codes.
select count(*) as codes
from {{ ref('rfm_segments') }}
where {{ matches('rfm', '[1-5][1-5][1-5]') }}
having count(*) <> 125
