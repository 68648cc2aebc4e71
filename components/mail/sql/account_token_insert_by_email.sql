-- Makes the newest token of whoever has the address, in place of an earlier one, unless that is younger than a pause; no
-- row back means that, or that nobody has the address.
-- Parameters: $1 purpose, $2 digest, $3 created_at_ms, $4 expires_at_ms, $5 email, $6 replaces_before_ms.
insert into account_token (user_id, purpose, digest, created_at_ms, expires_at_ms)
select u.id, $1, $2, $3, $4
from user_account u
where u.email = $5
on conflict (user_id, purpose) do update
set digest = excluded.digest, created_at_ms = excluded.created_at_ms, expires_at_ms = excluded.expires_at_ms
where account_token.created_at_ms <= $6
returning user_id
