-- A person.
create table user_account (
  id text primary key,
  email text not null unique,
  name text,
  password text not null,
  created_at_ms bigint not null
);

-- A customer of the platform: what owns everything else.
create table tenant (
  id text primary key,
  name text not null,
  state text not null check (state in ('active', 'suspended')),
  plan text not null references plan (name),
  created_at_ms bigint not null
) without rowid;

-- Who belongs to a tenant, and as what.
create table membership (
  tenant_id text not null references tenant (id),
  user_id text not null references user_account (id),
  role text not null check (role in ('owner', 'admin', 'analyst', 'viewer')),
  created_at_ms bigint not null,
  primary key (tenant_id, user_id)
) without rowid;

create index membership_by_user on membership (user_id, tenant_id);

-- A login, and all tokens that came of it: while it goes on, they count. It lasts as long as its last refresh token.
create table session (
  id text primary key,
  user_id text not null references user_account (id),
  tenant_id text references tenant (id),
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  ended_at_ms bigint
) without rowid;

create index session_by_expiry on session (expires_at_ms);

create index session_by_user on session (user_id);

-- A token that calls are made with, and the tenant that it acts in.
create table access_token (
  digest text primary key,
  session_id text not null references session (id) on delete cascade,
  tenant_id text references tenant (id),
  expires_at_ms bigint not null
) without rowid;

create index access_token_by_session on access_token (session_id);

create index access_token_by_expiry on access_token (expires_at_ms);

-- A token that is exchanged, once, for the next one and for an access token.
create table refresh_token (
  digest text primary key,
  session_id text not null references session (id) on delete cascade,
  expires_at_ms bigint not null,
  successor text
) without rowid;

create index refresh_token_by_session on refresh_token (session_id);

-- A key of a program. Scopes are separated by single spaces.
create table api_key (
  id text primary key,
  tenant_id text not null references tenant (id),
  created_by text not null references user_account (id),
  name text not null,
  scopes text not null,
  live integer not null check (live in (0, 1)),
  digest text not null,
  created_at_ms bigint not null,
  expires_at_ms bigint,
  revoked_at_ms bigint
) without rowid;

create index api_key_by_tenant on api_key (tenant_id, id);

