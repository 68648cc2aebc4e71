-- Adds a signing key after the one that was the last; no row if another was added meanwhile, or this one before.
-- Parameters: $1 kid, $2 kid of the one before, '' for none, $3 public_jwk, $4 private_key, wrapped, or null,
-- $5 wrapped_by, $6 created_at_ms, $7 signs_from_ms.
insert into signing_key (kid, predecessor, public_jwk, private_key, wrapped_by, created_at_ms, signs_from_ms)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing
returning kid
