-- Since when it is known that a person reads the mail of its address; null until then.
alter table user_account add column email_verified_at_ms bigint;

-- The most members of a tenant; null is unlimited.
alter table plan add column max_users bigint;

update plan set max_users = 1 where name = 'free';

update plan set max_users = 10 where name = 'professional';

-- The outbox: mail that waits for its delivery, and what became of it. What it says, and to whom, is sealed and goes
-- when the mail does. `void` looks like a mail and is none: it is there so that it costs the same.
create table mail (
  id text primary key,
  template text not null,
  subject_id text not null,
  content text,
  state text not null check (state in ('waiting', 'void', 'delivered', 'given_up')),
  attempts bigint not null,
  failure text,
  created_at_ms bigint not null,
  due_at_ms bigint not null,
  ended_at_ms bigint
);

create index mail_by_due on mail (due_at_ms) where state = 'waiting';

create index mail_by_end on mail (ended_at_ms) where ended_at_ms is not null;

create index mail_by_subject on mail (subject_id, created_at_ms);

-- Where the component `mailer-log` puts mail, sealed, for the operator to read.
create table mailbox (
  id text primary key,
  content text not null,
  delivered_at_ms bigint not null
);

create index mailbox_by_delivery on mailbox (delivered_at_ms);

-- The newest token that was mailed to a person for each purpose, and that was not used yet.
create table account_token (
  user_id text not null references user_account (id) on delete cascade,
  purpose text not null check (purpose in ('verify_email', 'reset_password')),
  digest text not null unique,
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  primary key (user_id, purpose)
);

create index account_token_by_expiry on account_token (expires_at_ms);

-- An invitation that was neither accepted nor withdrawn. It counts while the person who sent it may send it.
create table invitation (
  id text primary key,
  tenant_id text not null references tenant (id) on delete cascade,
  email text not null,
  role text not null check (role in ('owner', 'admin', 'analyst', 'viewer')),
  invited_by text not null,
  digest text not null unique,
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  unique (tenant_id, email)
);

create index invitation_by_tenant on invitation (tenant_id, id);

create index invitation_by_expiry on invitation (expires_at_ms);

