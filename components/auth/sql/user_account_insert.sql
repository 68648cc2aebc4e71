-- Creates a person unless the address is taken; no row back means that it is.
-- Parameters: $1 id, $2 email, $3 name, $4 password, $5 created_at_ms.
insert into user_account (id, email, name, password, created_at_ms)
values ($1, $2, $3, $4, $5)
on conflict (email) do nothing
returning id
