-- Acquires a lease, goes on waiting for it, confirms a hand-off, or renews it: whichever its state asks for.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..3]: see engine.lua
-- ARGV[3]   lease id
-- ARGV[4]   what to do about a busy lock: 'refuse', 'queue'; or 'renew': never acquire
-- ARGV[5]   how long the request waits, in ms; 0 when it asks for the state at once
-- ARGV[6]   locks as 'x/a x/b', sorted
-- ARGV[7]   owner        ARGV[8]  caller        ARGV[9]  ttl in ms        ARGV[10]  metadata, JSON
-- ARGV[11]  token that a renewal names, else ''
-- ARGV[12]  when the id was made, in ms, if it tells, else ''
-- ARGV[13]  waiters a lock may have             ARGV[14]  leases the namespace may have
-- RETURNS   'GRANTED' | 'HELD', lease          'WAITING', lease, position
--           'BUSY', { holder leases }          'ENDED', how, reacquired by others: '1', '0' or ''
--           'REUSED' | 'ID_STALE' | 'STALE_TOKEN' | 'UNKNOWN' | 'QUEUE_FULL' | 'QUOTA'

local id, intent, wait = ARGV[3], ARGV[4], tonumber(ARGV[5])
local lock_list, owner, if_token = ARGV[6], ARGV[7], ARGV[11]
local ttl = tonumber(ARGV[9])
local minted = tonumber(ARGV[12])
local max_waiters, max_leases = tonumber(ARGV[13]), tonumber(ARGV[14])

-- Rounded up, so that a lease is never shorter than was asked for.
local function full_ttl()
  return math.ceil(now_micros / 1000) + ttl
end

local function grant(l)
  l.state = 'HELD'
  l.token = next_number()
  l.since = now
  l.ttl = ttl
  l.metadata = ARGV[10]
  l.deadline = full_ttl()
end

local function renew(l)
  if l.metadata ~= ARGV[10] then
    touch_locks(l)
  end
  l.ttl = ttl
  l.metadata = ARGV[10]
  l.renewals = tonumber(l.renewals) + 1
  l.deadline = full_ttl()
  store(l, 'ttl', 'metadata', 'renewals', 'deadline')
  keep_locks(l)
end

-- The request that asked gets the answer; others that are open for this lease shall ask for it too.
local function confirm(l)
  announce(l)
  grant(l)
  l.waits = ''
  store(l, 'state', 'token', 'since', 'ttl', 'metadata', 'deadline', 'waits')
  write('HDEL', base .. 'claims', l.id)
  keep_locks(l)
  touch_locks(l)
end

local function wait_here(l)
  local open = waits_of(l)
  if wait > 0 then
    open[instance] = math.max(open[instance] or 0, now + wait)
  end
  set_waits(l, open)
end

local function keep_place(l)
  wait_here(l)
  keep_queues(l)
  l.ttl = ttl
  l.metadata = ARGV[10]
  store(l, 'deadline', 'waits', 'ttl', 'metadata')
end

local function holders(names)
  local found = {}
  for _, name in ipairs(names) do
    local holder = lock(name).holder
    local l = holder and lease(holder)
    if l and l.state == 'HELD' then
      found[#found + 1] = fields_of(l)
    end
  end
  return found
end

reap()

local l = live(id)
if l then
  if l.locks ~= lock_list or l.owner ~= owner then
    return reply('REUSED')
  end
  if if_token ~= '' and (l.state ~= 'HELD' or l.token ~= if_token) then
    return reply('STALE_TOKEN')
  end
  if l.state == 'HELD' then
    renew(l)
    return reply('HELD', fields_of(l))
  end
  if l.state == 'CLAIMED' then
    confirm(l)
    return reply('GRANTED', fields_of(l))
  end
  keep_place(l)
  return reply('WAITING', fields_of(l), position(l))
end

local ended = tombstone_of(id)
if ended then
  if ended.locks ~= '' and (ended.locks ~= lock_list or ended.owner ~= owner) then
    return reply('REUSED')
  end
  return reply('ENDED', ended.how, reacquired(ended))
end
if intent == 'renew' then
  return reply('UNKNOWN')
end
if minted and (minted < now - ENDED_WINDOW or minted > now + MINTED_AHEAD) then
  return reply('ID_STALE')
end

l = {
  id = id, state = 'WAITING', locks = lock_list, names = names_of(lock_list), owner = owner, caller = ARGV[8],
  ttl = ttl, metadata = ARGV[10], token = '', since = now, renewals = 0, waits = ''
}
local free = grantable(l.names, nil)
if not free and intent == 'refuse' then
  return reply('BUSY', holders(l.names))
end
if redis.call('ZCARD', base .. 'deadlines') - ended_here >= max_leases then
  return reply('QUOTA')
end
if free then
  grant(l)
  occupy(l)
  leases[id] = l
  store(l, unpack(FIELDS))
  return reply('GRANTED', fields_of(l))
end
for _, name in ipairs(l.names) do
  if ahead(lock(name), '') >= max_waiters then
    return reply('QUEUE_FULL')
  end
end
local place = position(l)
wait_here(l)
enqueue(l)
keep_queues(l)
store(l, unpack(FIELDS))
return reply('WAITING', fields_of(l), place)
