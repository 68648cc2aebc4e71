-- A key that access tokens are signed with. Each follows another, the first one none (''), so that of two that are made
-- at once one is refused. The private half is sealed; none: the manifest's variable holds it.
create table signing_key (
  kid text primary key,
  predecessor text not null unique,
  public_jwk text not null,
  private_key text,
  created_at_ms bigint not null,
  signs_from_ms bigint not null,
  withdrawn_at_ms bigint
);

create index signing_key_by_start on signing_key (signs_from_ms, kid);
