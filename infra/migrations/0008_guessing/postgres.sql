-- How often somebody guessed lately. The subject is a keyed digest: of an account, of a network, or of both.
-- components/auth/src/guess/rule.rs states what the two times mean.
create table guess (
  subject text primary key,
  ready_at_ms bigint not null,
  forgotten_at_ms bigint not null
) with (fillfactor = 50);

create index guess_by_end on guess (forgotten_at_ms);

-- A network, as a keyed digest, that a person has logged in from.
create table known_network (
  user_id text not null references user_account (id) on delete cascade,
  network text not null,
  expires_at_ms bigint not null,
  primary key (user_id, network)
);

create index known_network_by_expiry on known_network (expires_at_ms);

-- What a person's device makes codes of (RFC 6238), sealed. It counts once it is confirmed. A code of the last step
-- that was taken, or of an earlier one, is worth nothing.
create table second_factor (
  user_id text primary key references user_account (id) on delete cascade,
  secret text not null,
  created_at_ms bigint not null,
  confirmed_at_ms bigint,
  last_step bigint not null
);

-- Codes that stand in for a lost device, each once. A used one is gone.
create table recovery_code (
  user_id text not null references second_factor (user_id) on delete cascade,
  digest text not null,
  primary key (user_id, digest)
);

-- Whether only members with a second factor may act in a tenant.
alter table tenant add column second_factor_required integer not null default 0
  check (second_factor_required in (0, 1));

