-- Sees that a token is there; no row back means that it was used, withdrawn or replaced. It stays there for this batch,
-- because whoever takes it locks the person first.
-- Parameters: $1 digest, $2 user_id.
select digest
from account_token
where digest = $1 and user_id = $2
union all
select digest
from earlier_account_token
where digest = $1 and user_id = $2
