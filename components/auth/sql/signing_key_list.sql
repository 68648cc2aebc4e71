-- The newest signing keys, newest first; more than are in use at once.
select kid, predecessor, public_jwk, private_key, wrapped_by, created_at_ms, signs_from_ms, withdrawn_at_ms
from signing_key
order by signs_from_ms desc, kid desc
limit 50
