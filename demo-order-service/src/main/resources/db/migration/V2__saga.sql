-- Where an order stands is told step by step.
alter table orders drop constraint orders_status_check;
update orders set status = case
        when exists (select from order_step where order_id = id and step = 'CHARGED') then 'CHARGED'
        when exists (select from order_step where order_id = id and step = 'RESERVED') then 'RESERVED'
        else status
    end
    where status = 'PENDING';
alter table orders add constraint orders_status_check
    check (status in ('PENDING', 'RESERVED', 'CHARGED', 'CONFIRMED', 'CANCELLED'));

-- The payment is charged under no lease.
alter table order_step alter column fencing_token drop not null;

alter table orders add column trace_id text check (trace_id ~ '^[0-9a-f]{32}$');

-- When an order that is not finished is taken up by recovery: each step puts it off. The default is for what is left from
-- before, and for what instances of the release before still place.
alter table orders add column due_at timestamptz not null default now() + interval '1 min';
drop index orders_pending;
create index orders_due on orders (due_at) where status not in ('CONFIRMED', 'CANCELLED');

-- The pages of orders, newest first.
create index orders_placed on orders (placed_at, id);
create index orders_placed_by_status on orders (status, placed_at, id);

-- The one row that fences recovery: the token of the instance that was elected last.
create table recovery (
    one   boolean primary key default true check (one),
    fence bigint  not null default 0
);
insert into recovery default values;
