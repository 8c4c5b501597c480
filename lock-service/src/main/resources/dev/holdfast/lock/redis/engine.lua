-- A unit of work over one namespace: what a verb needs beyond its straight path.
--
-- It reads through caches, decides, and writes last, so that a script which fails while it reads (a slot in
-- migration, a key of another type) has changed nothing.
--
-- The verb has read `meta`, and may have read values: read_before[key] = value or false.

local instance, seen = ARGV[1], tonumber(ARGV[2])
local m = meta or { 2, now_micros, 0, 0, 0, 0, 0, 0, 0 }
if not meta and format('%d', NEVER) ~= '9007199254740991' then
  return redis.error_reply('ERR this Redis counts in 32 bits')
end

local writes = {}
local function write(...)
  writes[#writes + 1] = { ... }
end

-- It does not go back when the store lost its data: its clock and the calling instance both remember.
local function next_number()
  m[LAST] = math.max(m[LAST] + 1, now_micros, seen + 1)
  return m[LAST]
end

local function due_at(deadline)
  m[DUE] = math.min(m[DUE], deadline)
end

------------------------------------------------------------------------------------------------------ leases

local LEASE_PATTERN = '^(%u+)' .. string.rep('\n([^\n]*)', 12) .. '\n(.*)$'
local known_leases = {}
local known_tombstones = {}

-- 'x/a s/b p2:10/c' -> what it wants of each lock. Of shared and exclusive locks a unit is one holder.
local function wants_of(locks)
  local wants = {}
  for mode, units, of, name in string.gmatch(locks, '(%l)(%d*):?(%d*)/(%S+)') do
    wants[#wants + 1] = { mode = mode, units = tonumber(units) or 1, of = tonumber(of) or 0, name = name }
  end
  return wants
end

local function parse_lease(id, value)
  local l = { id = id }
  l.state, l.locks, l.owner, l.caller, l.token, l.since, l.kept, l.revoked, l.waits, l.ticket, l.ttl, l.deadline,
    l.renewals, l.metadata = string.match(value, LEASE_PATTERN)
  l.since, l.kept, l.deadline, l.renewals = tonumber(l.since), tonumber(l.kept), tonumber(l.deadline), tonumber(l.renewals)
  l.wants = wants_of(l.locks)
  return l
end

-- The lease, or false; then there may be a tombstone.
local function lease(id)
  local l = known_leases[id]
  if l == nil then
    local key = base .. 'lease:' .. id
    local value = read_before[key]
    if value == nil then
      value = call('GET', key)
    end
    l = false
    if value and string.sub(value, 1, 6) == 'ENDED\n' then
      local how, token, locks, owner, at = string.match(value, '^ENDED\n(.-)\n(.-)\n(.-)\n(.-)\n(%d+)$')
      if now - tonumber(at) <= ENDED_WINDOW then
        known_tombstones[id] = { how = how, token = token, locks = locks, owner = owner }
      end
    elseif value then
      l = parse_lease(id, value)
    end
    known_leases[id] = l
  end
  return l
end

local function value_of(l)
  return format(LEASE, l.state, l.locks, l.owner, l.caller, l.token, l.since, l.kept, l.revoked, l.waits, l.ticket,
    l.ttl, l.deadline, l.renewals, l.metadata)
end

-- The caller of a lease that was made before callers had to say who they are: it is whoever's who asks for it first.
local NOBODY = 'anonymous'

-- Whether the caller may renew and release the lease, and wait for it.
local function is_of(l, caller, is_admin)
  return l.caller == caller or is_admin or l.caller == NOBODY
end

-- The lease as RETURNS of the verbs name it.
local function lines_of(l)
  return l.id .. '\n' .. value_of(l)
end

local function store(l)
  if l.is_new and l.owner ~= l.id then
    write('ZADD', base .. 'owners', '0', l.owner .. '\n' .. l.id)
  end
  write('SET', base .. 'lease:' .. l.id, value_of(l), 'PX', KEEP)
  write('ZADD', base .. 'deadlines', format('%d', l.deadline), l.id)
  due_at(l.deadline)
end

------------------------------------------------------------------------------------------------------- locks

-- family  'w' of shared and exclusive use, 'p' of permits; nil while the lock is free
-- of      how many permits there are
-- holders, units   how many hold it, or are offered it, and how many permits they have
-- waiting, xw, uw  how many wait; of them for exclusive use; and for how many permits
-- scan, ahead      ticket of the waiter from which the queue is still to be looked through, else 0; permits that wait
--                  ahead of it
-- again            1 if it must be looked through from its head after that
-- holder           id of the one that holds it exclusively, else '-'
local SHARED = '%s %d %d %d %d %d %d %d %d %d %s'
local SHARED_PATTERN = '^(%l) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d) (%S+)$'

local known_locks = {}
local changed = {}

local function lock(name)
  local k = known_locks[name]
  if k then
    return k
  end
  local key = base .. 'lock:' .. name
  local value = read_before[key]
  if value == nil then
    value = call('GET', key)
  end
  k = {
    name = name, key = key, queue = base .. 'queue:' .. name, revision = 0, granted = 0, hold = -1, of = 0,
    holders = 0, units = 0, waiting = 0, xw = 0, uw = 0, scan = 0, ahead = 0, again = 0, holder = '-', gone = {}, came = {}, went = {}
  }
  if value then
    local revision, granted, hold, rest = string.match(value, '^(%d+) (%d+) (%S+) (.*)$')
    k.revision, k.granted, k.hold = tonumber(revision), tonumber(granted), tonumber(hold)
    local holder, waiting = string.match(rest, '^x (%S+) (%d+)$')
    if holder then
      waiting = tonumber(waiting)
      k.family, k.holders, k.units, k.holder, k.waiting, k.xw, k.uw = 'w', 1, 1, holder, waiting, waiting, waiting
    elseif rest ~= '-' then
      local family, of, holders, units, waiting, xw, uw, scan, ahead, again, x = string.match(rest, SHARED_PATTERN)
      k.family, k.of, k.holders, k.units = family, tonumber(of), tonumber(holders), tonumber(units)
      k.waiting, k.xw, k.uw = tonumber(waiting), tonumber(xw), tonumber(uw)
      k.scan, k.ahead, k.again, k.holder = tonumber(scan), tonumber(ahead), tonumber(again), x
    end
    k.listed = k.family ~= nil
  end
  known_locks[name] = k
  return k
end

local function save(k)
  if not k.changed then
    k.changed = true
    changed[#changed + 1] = k
  end
end

-- The lock has other holders or waiters than before, or they say something else of themselves.
local function touch(k)
  if not k.touched then
    k.touched = true
    k.revision = next_number()
    save(k)
  end
end

local function member_of(l, want)
  local units = want.mode == 'p' and want.units or ''
  return l.id .. ' ' .. want.mode .. units .. (#l.wants > 1 and ' +' or '')
end

-- The i-th waiter, from 1, and whether it is still there; read a few at a time, since mostly it is the first.
local function waiter_at(k, i)
  local read = k.members or {}
  k.members = read
  if i > #read and not k.all_read then
    local more = #read == 0 and 2 or 100
    local found = call('ZRANGE', k.queue, k.offset or 0, (k.offset or 0) + more - 1)
    k.offset = (k.offset or 0) + more
    k.all_read = #found < more
    for _, member in ipairs(found) do
      local id, mode, units, several = string.match(member, '^(%S+) (%l)(%d*)( ?%+?)$')
      read[#read + 1] = { id = id, mode = mode, units = tonumber(units) or 1, several = several ~= '', member = member }
    end
  end
  return read[i]
end

-- Whether a want fits beside those who hold the lock and those who wait ahead: so many, for exclusive use, of units.
local function fits(k, want, waiting, xw, uw)
  if want.mode == 'x' then
    return k.holders == 0 and waiting == 0
  elseif want.mode == 's' then
    return k.holder == '-' and xw == 0
  end
  return k.units + uw + want.units <= k.of
end

-- Whether a newcomer could have the lock at once.
local function free_for(k, want)
  return not k.family or fits(k, want, k.waiting, k.xw, k.uw)
end

local function use(k, want)
  if not k.family then
    k.family, k.of = want.mode == 'p' and 'p' or 'w', want.of
  end
end

local function enqueue(l)
  l.ticket = format('%d', next_number())
  m[WAITING] = m[WAITING] + 1
  for _, want in ipairs(l.wants) do
    local k = lock(want.name)
    use(k, want)
    k.waiting = k.waiting + 1
    k.xw = k.xw + (want.mode == 'x' and 1 or 0)
    k.uw = k.uw + want.units
    write('ZADD', k.queue, l.ticket, member_of(l, want))
    write('PEXPIRE', k.queue, KEEP)
    touch(k)
  end
  tell(write, 'queued', l.id, l.locks .. '\n' .. l.owner, '', 0)
end

local function join_holders(k, id)
  local key = base .. 'holders:' .. k.name
  write('ZADD', key, format('%d', next_number()), id)
  write('PEXPIRE', key, KEEP)
  k.came[#k.came + 1] = id
end

local function occupy(l)
  for _, want in ipairs(l.wants) do
    local k = lock(want.name)
    use(k, want)
    k.holders = k.holders + 1
    k.units = k.units + want.units
    if want.mode == 'x' then
      k.holder = l.id
    else
      join_holders(k, l.id)
    end
    touch(k)
  end
end

-- The keys of a lease's locks stay as long as the lease's own.
local function keep_locks(l)
  for _, want in ipairs(l.wants) do
    write('PEXPIRE', base .. 'lock:' .. want.name, KEEP)
    write('PEXPIRE', base .. 'queue:' .. want.name, KEEP)
    write('PEXPIRE', base .. 'holders:' .. want.name, KEEP)
  end
end

-------------------------------------------------------------------------------------------------- tombstones

-- Keeps how a lease ended.
local function bury(id, how, token, locks, owner)
  known_leases[id] = false
  known_tombstones[id] = { how = how, token = token, locks = locks, owner = owner }
  write('SET', base .. 'lease:' .. id, format(TOMBSTONE, how, token, locks, owner, now), 'PX', ENDED_WINDOW)
  local window = math.floor(now / ENDED_WINDOW)
  if window ~= m[WINDOW] then
    m[BEFORE] = window == m[WINDOW] + 1 and m[ENDED] or 0
    m[WINDOW], m[ENDED] = window, 0
  end
  m[ENDED] = m[ENDED] + 1
end

-- Whether there are so many tombstones. Not looked at, counted: those of the window before fade evenly.
local function have_ended(many)
  local passed = now / ENDED_WINDOW - m[WINDOW]
  if passed < 1 then
    return m[ENDED] + m[BEFORE] * (1 - passed) >= many
  end
  return passed < 2 and m[ENDED] * (2 - passed) >= many
end

-- Whether another lease was granted one of these locks after the token was: '1', '0', or '' when it never held.
local function reacquired(tombstone)
  if tombstone.token == '' then
    return ''
  end
  for _, want in ipairs(wants_of(tombstone.locks)) do
    if lock(want.name).granted > tonumber(tombstone.token) then
      return '1'
    end
  end
  return '0'
end

------------------------------------------------------------------------------------------------- who waits where

local offered = {}
local announcements = {}
local reaped = false

-- Where requests for this lease are open, and until when: a client that retries may wait at several instances.
-- Kept as 'instance=ms instance=ms'.
local function waits_of(l)
  local open = {}
  for where, until_ms in string.gmatch(l.waits, '([^= ]+)=(%d+)') do
    if tonumber(until_ms) >= now then
      open[where] = tonumber(until_ms)
    end
  end
  return open
end

-- A place outlives the last of its requests by the grace.
local function set_waits(l, open)
  local parts, last_end = {}, now
  for where, until_ms in pairs(open) do
    parts[#parts + 1] = format('%s=%d', where, until_ms)
    last_end = math.max(last_end, until_ms)
  end
  l.waits = table.concat(parts, ' ')
  l.deadline = last_end + PLACE_GRACE
end

-- The instances where requests for this lease are open shall look at it again.
local function announce(l)
  for where in pairs(waits_of(l)) do
    if where == instance then
      offered[#offered + 1] = l.id
    else
      local ids = announcements[where] or {}
      ids[#ids + 1] = l.id
      announcements[where] = ids
    end
  end
end

------------------------------------------------------------------------------------------------------- reply

local function save_lock(k)
  local head = format('%d %d %d ', k.revision, k.granted, k.hold)
  if k.holders == 0 and k.waiting == 0 then
    if k.granted > 0 then
      write('SET', k.key, head .. '-', 'PX', ENDED_WINDOW)
    else
      write('DEL', k.key)
    end
    write('ZREM', base .. 'locks', k.name)
    return
  end
  if k.holder ~= '-' and k.xw == k.waiting and k.scan == 0 then
    write('SET', k.key, format('%sx %s %d', head, k.holder, k.waiting), 'PX', KEEP)
  else
    write('SET', k.key, head .. format(SHARED, k.family, k.of, k.holders, k.units, k.waiting, k.xw, k.uw, k.scan,
      k.ahead, k.again, k.holder), 'PX', KEEP)
  end
  if not k.listed then
    write('ZADD', base .. 'locks', '0', k.name)
  end
end

-- Writes all that was decided, announces it, and answers.
local function reply(outcome, ...)
  for _, k in ipairs(changed) do
    save_lock(k)
  end
  local text = meta and read[1] or ''
  if #writes > 0 or (reaped and meta) then
    if m[COUNT] == 0 then
      m[DUE], m[WAITING] = NEVER, 0
    end
    text = format(META, m[BORN], m[LAST], m[DUE], m[COUNT], m[WINDOW], m[ENDED], m[BEFORE],
      m[WAITING])
    call('SET', KEYS[1], text, 'PX', KEEP)
  end
  for _, command in ipairs(writes) do
    call(unpack(command))
  end
  if #writes > 0 and not meta then
    -- From now on each sweep keeps them.
    call('PEXPIRE', base .. 'events', KEEP)
  end
  for target, ids in pairs(announcements) do
    local namespace = string.match(base, '{(.*)}')
    call('PUBLISH', 'hf:instance:' .. target, namespace .. '\n' .. table.concat(ids, '\n'))
  end
  return { outcome, now_up .. text .. table.concat(offered, ' '), ... }
end

-- How many of a queue stand before this waiter.
local function ahead(k, l, want)
  local rank = call('ZRANK', k.queue, member_of(l, want))
  local count = rank or k.waiting
  if rank and next(k.gone) then
    for i = 1, rank do
      local w = waiter_at(k, i)
      count = count - (k.gone[w.id] and 1 or 0)
    end
  end
  return count
end

-- The place of a waiter, or of one about to join, in the longest of its queues, from 1.
local function position(l)
  local most = 0
  for _, want in ipairs(l.wants) do
    most = math.max(most, ahead(lock(want.name), l, want))
  end
  return most + 1
end

-- Those who hold a lock or are offered it, some of them.
local function holders_of(k, at_most)
  if k.holder ~= '-' then
    return { lease(k.holder) or nil }
  end
  local ids = k.holders > 0 and call('ZRANGE', base .. 'holders:' .. k.name, 0, at_most - 1) or {}
  -- What this script does is not written yet.
  for _, id in ipairs(k.came) do
    ids[#ids + 1] = id
  end
  local found = {}
  for _, id in ipairs(ids) do
    if #found < at_most and not k.went[id] then
      found[#found + 1] = lease(id) or nil
    end
  end
  return found
end
