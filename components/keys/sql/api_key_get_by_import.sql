-- The key of another system with that digest, whichever tenant has it.
-- Parameters: $1 digest.
select id
from api_key
where digest = $1 and imported = 1
