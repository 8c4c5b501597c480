create table stock (
    sku       text primary key,
    available bigint not null check (available >= 0),
    reserved  bigint not null check (reserved >= 0),
    sold      bigint not null check (sold >= 0),
    stocked   bigint not null check (stocked <= 1000000000),
    -- the highest fencing token seen: lower ones are refused
    fence     bigint not null default 0,
    constraint nothing_appears_or_vanishes check (available + reserved + sold = stocked)
);

-- One per order. CANCELLED with quantity 0 is the tombstone of an order that never reserved; REFUSED found too little
-- in stock, and stays so, or a late duplicate could reserve for an order that was told it failed.
create table reservation (
    order_id uuid primary key,
    sku      text   not null references stock,
    quantity bigint not null check (quantity >= 0),
    state    text   not null check (state in ('RESERVED', 'CONFIRMED', 'CANCELLED', 'REFUSED'))
);

create table restock (
    idempotency_key text primary key,
    sku             text   not null references stock,
    quantity        bigint not null
);
