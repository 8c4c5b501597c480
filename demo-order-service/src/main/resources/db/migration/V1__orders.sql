create table orders (
    id              uuid primary key,
    idempotency_key text        not null unique,
    sku             text        not null,
    quantity        int         not null check (quantity between 1 and 1000),
    status          text        not null check (status in ('PENDING', 'CONFIRMED', 'CANCELLED')),
    -- why it is cancelled, or is being cancelled: set once, and from then on there is no way forward
    reason          text,
    -- the highest fencing token it was worked on with: whoever lost that lease changes nothing any more
    fence           bigint      not null default 0,
    placed_at       timestamptz not null default now(),
    check (status <> 'CONFIRMED' or reason is null),
    check (status <> 'CANCELLED' or reason is not null)
);

-- What a recovery looks for.
create index orders_pending on orders (placed_at) where status = 'PENDING';

create table order_step (
    order_id      uuid        not null references orders,
    step          text        not null,
    fencing_token bigint      not null,
    done_at       timestamptz not null default clock_timestamp(),
    primary key (order_id, step)
);

create table payment (
    order_id uuid primary key,
    quantity int  not null,
    state    text not null check (state in ('CHARGED', 'DECLINED', 'REFUNDED'))
);
