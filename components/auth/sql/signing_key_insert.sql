-- Adds a signing key after the one that was the last; no row if another was added meanwhile, or this one before.
-- Parameters: $1 kid, $2 kid of the one before, '' for none, $3 public_jwk, $4 private_key, sealed, or null,
-- $5 created_at_ms, $6 signs_from_ms.
insert into signing_key (kid, predecessor, public_jwk, private_key, created_at_ms, signs_from_ms)
values ($1, $2, $3, $4, $5, $6)
on conflict do nothing
returning kid
