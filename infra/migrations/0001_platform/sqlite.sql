-- Answers of creating requests that carried an Idempotency-Key, sealed, for 24 hours.
create table idempotency (
  caller text not null,
  operation text not null,
  key_digest text not null,
  body_digest text not null,
  answer text not null,
  expires_at_ms bigint not null,
  primary key (caller, operation, key_digest)
);

create index idempotency_by_expiry on idempotency (expires_at_ms);

