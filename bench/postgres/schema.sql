-- A barter ledger in PostgreSQL as one would write it with care: accounts with
-- limits, trades with a request id that is unique for ever, and two entries per
-- trade that hold the balance after them. psql sets :members.

create table account (
  id bigint primary key,
  balance bigint not null,
  credit_line bigint not null,
  balance_limit bigint not null
) with (fillfactor = 50);

create table trade (
  id bigint generated always as identity primary key,
  request_id text not null unique,
  seller bigint not null,
  buyer bigint not null,
  units bigint not null,
  settled timestamptz not null default clock_timestamp()
);

create table entry (
  account bigint not null,
  trade bigint not null,
  units bigint not null,
  balance_after bigint not null,
  primary key (account, trade)
);

insert into account
  select id, 0, 1000000000000000, 1000000000000000
  from generate_series(1, :members) as id;
vacuum analyze account;

-- Moves units if both limits allow it. The account with the lower number is
-- locked first, so that two trades never wait for each other.
create function move(a bigint, delta bigint) returns bigint
language plpgsql as $$
declare
  after bigint;
begin
  update account set balance = balance + delta
    where id = a and balance + delta between -credit_line and balance_limit
    returning balance into after;
  if after is null then
    raise exception 'a limit of account % would be broken', a;
  end if;
  return after;
end $$;

create function settle(request text, s bigint, b bigint, u bigint)
returns bigint
language plpgsql as $$
declare
  number bigint;
  seller_after bigint;
  buyer_after bigint;
begin
  insert into trade (request_id, seller, buyer, units)
    values (request, s, b, u) returning id into number;
  if s < b then
    seller_after := move(s, u);
    buyer_after := move(b, -u);
  else
    buyer_after := move(b, -u);
    seller_after := move(s, u);
  end if;
  insert into entry values (s, number, u, seller_after),
                           (b, number, -u, buyer_after);
  return number;
end $$;

-- Many trades in one call, one after another. Parties and amounts are drawn in
-- the database: no argument has to be sent or parsed, which favours it.
create function settle_in_order(trades int, members int) returns void
language plpgsql as $$
declare
  s bigint;
  b bigint;
begin
  for i in 1..trades loop
    s := 1 + floor(random() * members);
    b := 1 + floor(random() * (members - 1));
    if b >= s then b := b + 1; end if;
    perform settle(gen_random_uuid()::text, s, b,
                   1000 + floor(random() * 1000000)::bigint);
  end loop;
end $$;

-- The same in one statement: running balances by a window, limits checked on
-- each, accounts updated once. For one caller at a time.
create function settle_as_set(trades int, members int) returns void
language plpgsql as $$
declare
  broken bigint;
begin
  with drawn as materialized (
    select gen_random_uuid()::text as request,
           1 + floor(random() * members)::bigint as s,
           floor(random() * (members - 1))::bigint as offset_b,
           1000 + floor(random() * 1000000)::bigint as u
    from generate_series(1, trades)
  ), made as (
    insert into trade (request_id, seller, buyer, units)
    select request, s, 1 + (s + offset_b) % members, u from drawn
    returning id, seller, buyer, units
  ), leg as (
    select id, seller as a, units as u from made
    union all select id, buyer, -units from made
  ), ran as (
    select leg.a, leg.id, leg.u, account.credit_line, account.balance_limit,
           account.balance +
             sum(leg.u) over (partition by leg.a order by leg.id) as after
    from leg join account on account.id = leg.a
  ), written as (
    insert into entry select a, id, u, after from ran
  ), moved as (
    update account set balance = balance + total.u
    from (select a, sum(u)::bigint as u from leg group by a) as total
    where account.id = total.a
  )
  select count(*) into broken from ran
    where after not between -credit_line and balance_limit;
  if broken > 0 then
    raise exception '% legs would break a limit', broken;
  end if;
end $$;
