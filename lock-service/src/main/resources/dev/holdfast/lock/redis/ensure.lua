-- Acquires a lease, goes on waiting for it, confirms a hand-off, or renews it: whichever its state asks for.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..2]: see open.lua
-- ARGV[3]   lease id
-- ARGV[4]   what to do about a busy lock: 'refuse', or how many ms the request waits for it; or 'renew': never acquire
-- ARGV[5]   identity: its locks as 'x/a s/b p2:10/c', sorted by name: exclusive, shared, 2 permits of 10; line; owner
-- ARGV[6]   caller           ARGV[7]  ttl in ms           ARGV[8]  metadata, JSON
-- ARGV[9]   token that a renewal names, else ''
-- ARGV[10]  when the id was made, in ms, if it tells, else ''
-- ARGV[11]  how long a lease is held at most, in ms
-- ARGV[12..15]  how many leases there may be, held or waiting; how many may wait; how many of them for one lock; and how
--           many ended leases are remembered
-- ARGV[16]  '1' if the caller may act on the leases of others, else ''
-- RETURNS   'GRANTED' | 'HELD', lease           'WAITING', lease, position
--           'BUSY', { holder leases }           'ENDED', how, reacquired by others: '1', '0' or ''
--           'OF_ANOTHER' | 'REUSED' | 'ID_STALE' | 'STALE_TOKEN' | 'UNKNOWN'
--           'FULL', which limit: 'LEASES' | 'QUEUED' | 'WAITERS' | 'ENDED'
--           'DEADLOCK', { owner, lock it waits for, the next owner, ... }
--           'MISMATCH', name of the lock, 'MODE' | 'CAPACITY'
--           A lease is its id, and then the lines of its value.

-- #include open.lua

local id, if_token, minted = ARGV[3], ARGV[9], ARGV[10] ~= '' and tonumber(ARGV[10])
local caller, is_admin = ARGV[6], ARGV[16] == '1'
local ttl, max_hold = tonumber(ARGV[7]), tonumber(ARGV[11])
local id_stale = minted and (minted < now - ENDED_WINDOW or minted > now + MINTED_AHEAD)

-- If it is one lock, and exclusive, its name.
local name, owner = string.match(ARGV[5], '^x/(%S+)\n(.*)$')
local lease_key, lock_key = base .. 'lease:' .. id, base .. 'lock:' .. (name or '')
local read = call('MGET', KEYS[1], lease_key, lock_key)
-- #include version.lua
local value = read[2]

local function meta_with(last, deadline, more, more_waiting)
  return format(META, meta[BORN], last, math.min(meta[DUE], deadline), meta[COUNT] + more, meta[WINDOW], meta[ENDED],
    meta[BEFORE], meta[WAITING] + more_waiting)
end

-- The most common cases, straight on: renewing; and of one exclusive lock, taking it, queueing for it, and confirming a
-- hand-off. They write what the engine below would. Anything unusual is left to it.
if meta and now < meta[DUE] and value then
  local state = string.match(value, '^%u+')
  local head = state .. '\n' .. ARGV[5] .. '\n'
  local deadline = now_up + ttl
  if string.sub(value, 1, #head) ~= head then
    state = ''
  end
  if state == 'HELD' then
    local fixed, of, token, since, kept, renewals, metadata = string.match(
      value, '^(([^\n]*)\n(%d+)\n(%d+)\n(%d+)\n\n\n\n)%d+\n%d+\n(%d+)\n(.*)$', #head + 1)
    if (of == caller or of and is_admin) and (if_token == '' or if_token == token) and metadata == ARGV[8]
      and now < tonumber(kept) and deadline >= meta[DUE] and deadline < since + max_hold
    then
      value = format('%s%s%s\n%d\n%d\n%s', head, fixed, ARGV[7], deadline, renewals + 1, metadata)
      call('SET', lease_key, value, 'PX', KEEP)
      call('ZADD', base .. 'deadlines', deadline, id)
      return { 'HELD', now_up .. read[1], id .. '\n' .. value }
    end
  elseif state == 'CLAIMED' and if_token == '' and ttl < max_hold then
    local hold, waiting = string.match(read[3] or '', '^%d+ %d+ (%S+) x ' .. string.gsub(id, '-', '%%-') .. ' (%d+)$')
    local of, since, where, until_ms = string.match(
      value, '^([^\n]*)\n\n(%d+)\n%d+\n\n([^=\n ]+)=(%d+)\n', #head + 1)
    if hold and (of == caller or of and is_admin) then
      local token = math.max(meta[LAST] + 1, now_micros, tonumber(ARGV[2]) + 1)
      local text = meta_with(token, deadline, 0, 0)
      value = format(HELD, ARGV[5], of, token, now, now + DAY, ARGV[7], deadline, ARGV[8])
      call('SET', KEYS[1], text, 'PX', KEEP)
      call('SET', lease_key, value, 'PX', KEEP)
      call('SET', lock_key, format('%d %d %s x %s %s', token, token, hold, id, waiting), 'PX', KEEP)
      call('ZADD', base .. 'deadlines', deadline, id)
      call('HDEL', base .. 'claims', id)
      tell(call, 'granted', id, ARGV[5], format('%d', token), now - since)
      -- Others that are open for this lease shall ask for it too.
      local told = ''
      if where == ARGV[1] and tonumber(until_ms) >= now then
        told = id
      elseif tonumber(until_ms) >= now then
        call('PUBLISH', 'hf:instance:' .. where, string.match(base, '{(.*)}') .. '\n' .. id)
      end
      return { 'GRANTED', now_up .. text .. told, id .. '\n' .. value }
    end
  end
elseif meta and now < meta[DUE] and name and not id_stale and ARGV[4] ~= 'renew' and meta[COUNT] < tonumber(ARGV[12])
  and meta[ENDED] + meta[BEFORE] < tonumber(ARGV[15]) and ttl < max_hold
then
  local number = math.max(meta[LAST] + 1, now_micros, tonumber(ARGV[2]) + 1)
  local hold, granted, holder, waiting = '-1', nil, nil, nil
  if read[3] then
    hold = string.match(read[3], '^%d+ %d+ (%S+) %-$')
  end
  if hold then
    local deadline = now_up + ttl
    local text = meta_with(number, deadline, 1, 0)
    value = format(HELD, ARGV[5], caller, number, now, now + DAY, ARGV[7], deadline, ARGV[8])
    call('SET', KEYS[1], text, 'PX', KEEP)
    call('SET', lease_key, value, 'PX', KEEP)
    call('SET', lock_key, format('%d %d %s x %s 0', number, number, hold, id), 'PX', KEEP)
    call('ZADD', base .. 'deadlines', deadline, id)
    call('ZADD', base .. 'locks', '0', name)
    if owner ~= id then
      call('ZADD', base .. 'owners', '0', owner .. '\n' .. id)
    end
    tell(call, 'granted', id, ARGV[5], format('%d', number), 0)
    return { 'GRANTED', now_up .. text, id .. '\n' .. value }
  end
  local wait = tonumber(ARGV[4])
  -- Who has named itself may wait for itself.
  if wait and owner == id then
    granted, hold, holder, waiting = string.match(read[3], '^%d+ (%d+) (%S+) x (%S+) (%d+)$')
  end
  if holder and meta[WAITING] < tonumber(ARGV[13]) and tonumber(waiting) < tonumber(ARGV[14]) then
    local queue = base .. 'queue:' .. name
    local deadline = now + wait + PLACE_GRACE
    local text = meta_with(number, deadline, 1, 1)
    value = format('WAITING\n%s\n%s\n\n%d\n0\n\n%s\n%d\n%s\n%d\n0\n%s', ARGV[5], caller, now,
      wait > 0 and format('%s=%d', ARGV[1], now + wait) or '', number, ARGV[7], deadline, ARGV[8])
    call('SET', KEYS[1], text, 'PX', KEEP)
    call('SET', lease_key, value, 'PX', KEEP)
    call('SET', lock_key, format('%d %s %s x %s %d', number, granted, hold, holder, waiting + 1), 'PX', KEEP)
    call('ZADD', base .. 'deadlines', deadline, id)
    call('ZADD', queue, number, id .. ' x')
    call('PEXPIRE', queue, KEEP)
    tell(call, 'queued', id, ARGV[5], '', 0)
    return { 'WAITING', now_up .. text, id .. '\n' .. value, waiting + 1 }
  end
end

local read_before = { [lease_key] = value, [lock_key] = read[3] }

-- #include engine.lua

local lock_list
lock_list, owner = string.match(ARGV[5], '^([^\n]*)\n(.*)$')

local function deadline_of(l)
  return math.min(now_up + ttl, l.since + max_hold, l.revoked ~= '' and tonumber(l.revoked) or NEVER)
end

local function grant(l)
  local token = next_number()
  l.state, l.token, l.ticket, l.waits = 'HELD', format('%d', token), '', ''
  tell(write, 'granted', id, ARGV[5], l.token, now - l.since)
  l.since, l.kept, l.ttl, l.metadata = now, now + DAY, ARGV[7], ARGV[8]
  l.deadline = deadline_of(l)
  for _, want in ipairs(l.wants) do
    local k = lock(want.name)
    k.granted = token
    touch(k)
  end
  known_leases[id] = l
  store(l)
end

local function renew(l)
  if l.metadata ~= ARGV[8] then
    for _, want in ipairs(l.wants) do
      touch(lock(want.name))
    end
  end
  if l.kept <= now then
    keep_locks(l)
    l.kept = now + DAY
  end
  l.ttl, l.metadata, l.renewals = ARGV[7], ARGV[8], l.renewals + 1
  l.deadline = deadline_of(l)
  store(l)
end

-- The request that asked gets the answer; others that are open for this lease shall ask for it too.
local function confirm(l)
  announce(l)
  write('HDEL', base .. 'claims', l.id)
  keep_locks(l)
  grant(l)
end

local function wait_here(l)
  local wait, open = tonumber(ARGV[4]) or 0, waits_of(l)
  if wait > 0 then
    open[instance] = math.max(open[instance] or 0, now + wait)
  end
  set_waits(l, open)
end

local function keep_place(l)
  wait_here(l)
  keep_locks(l)
  l.ttl, l.metadata = ARGV[7], ARGV[8]
  store(l)
end

local function holders(wants)
  local found, seen_ids = {}, {}
  for _, want in ipairs(wants) do
    for _, l in ipairs(holders_of(lock(want.name), 100)) do
      if l.state == 'HELD' and not seen_ids[l.id] then
        seen_ids[l.id] = true
        found[#found + 1] = lines_of(l)
      end
    end
  end
  return found
end

-- Whether these wants differ from those only in that some are shared which were exclusive.
local function is_downgrade(wants, from)
  for i, want in ipairs(wants) do
    local was = from[i]
    if not was or want.name ~= was.name or (want.mode ~= was.mode and (want.mode ~= 's' or was.mode ~= 'x')) or want.of ~= was.of
      or want.units ~= was.units
    then
      return false
    end
  end
  return #wants == #from
end

local l
if now >= m[DUE] or if_token ~= '' then
  -- #include ending.lua
  if now >= m[DUE] then
    reap(id)
  end
  l = lease(id)
  local wants = l and is_of(l, caller, is_admin) and l.state == 'HELD' and l.owner == owner and l.locks ~= lock_list
    and wants_of(lock_list)
  if wants and if_token ~= '' and is_downgrade(wants, l.wants) then
    if if_token ~= l.token then
      return reply('STALE_TOKEN')
    end
    for i, want in ipairs(wants) do
      local k = lock(want.name)
      touch(k)
      if want.mode ~= l.wants[i].mode then
        share(l, k)
      end
    end
    l.locks, l.wants = lock_list, wants
    tell(write, 'downgraded', id, ARGV[5], l.token, now - l.since)
    hand_off()
  end
else
  l = lease(id)
end
if l then
  if not is_of(l, caller, is_admin) then
    return reply('OF_ANOTHER')
  end
  if l.locks ~= lock_list or l.owner ~= owner then
    return reply('REUSED')
  end
  if if_token ~= '' and (l.state ~= 'HELD' or l.token ~= if_token) then
    return reply('STALE_TOKEN')
  end
  if l.caller == NOBODY and not is_admin then
    l.caller = caller
  end
  if l.state == 'HELD' then
    renew(l)
    return reply('HELD', lines_of(l))
  end
  if l.state == 'CLAIMED' then
    confirm(l)
    return reply('GRANTED', lines_of(l))
  end
  keep_place(l)
  return reply('WAITING', lines_of(l), position(l))
end

local over = known_tombstones[id]
if over then
  local same = over.locks == '' or over.owner == owner
    and (over.locks == lock_list or if_token ~= '' and is_downgrade(wants_of(lock_list), wants_of(over.locks)))
  if not same then
    return reply('REUSED')
  end
  return reply('ENDED', over.how, reacquired(over))
end
if ARGV[4] == 'renew' then
  return reply('UNKNOWN')
end
if id_stale then
  return reply('ID_STALE')
end

l = {
  id = id, state = 'WAITING', locks = lock_list, wants = wants_of(lock_list), owner = owner, caller = caller,
  ttl = ARGV[7], metadata = ARGV[8], token = '', ticket = '', since = now, kept = 0, revoked = '', renewals = 0, waits = '', is_new = true
}
local free, full = true, false
for _, want in ipairs(l.wants) do
  local k = lock(want.name)
  if k.family and (k.family == 'p') ~= (want.mode == 'p') then
    return reply('MISMATCH', k.name, 'MODE')
  elseif k.family and k.of ~= want.of then
    return reply('MISMATCH', k.name, 'CAPACITY')
  end
  free = free and free_for(k, want)
  full = full or k.waiting >= tonumber(ARGV[14])
end
if not free and ARGV[4] == 'refuse' then
  return reply('BUSY', holders(l.wants))
end
if m[COUNT] >= tonumber(ARGV[12]) then
  return reply('FULL', 'LEASES')
elseif have_ended(tonumber(ARGV[15])) then
  return reply('FULL', 'ENDED')
elseif not free and full then
  return reply('FULL', 'WAITERS')
elseif not free and m[WAITING] >= tonumber(ARGV[13]) then
  return reply('FULL', 'QUEUED')
end
if not free and owner ~= id then
  local first = '[' .. owner .. '\n'
  if #call('ZRANGEBYLEX', base .. 'owners', first, first .. '\255', 'LIMIT', 0, 1) > 0 then
    -- #include deadlock.lua
    local cycle = cycle_of(l)
    if cycle then
      return reply('DEADLOCK', cycle)
    end
  end
end
m[COUNT] = m[COUNT] + 1
if free then
  occupy(l)
  grant(l)
  return reply('GRANTED', lines_of(l))
end
local place = position(l)
wait_here(l)
enqueue(l)
store(l)
return reply('WAITING', lines_of(l), place)
