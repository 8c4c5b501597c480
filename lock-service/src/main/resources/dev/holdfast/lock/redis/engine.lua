-- What every script shares: a unit of work over one namespace.
--
-- It reads through caches, decides, and writes last, so that a script which fails while it reads (a slot in
-- migration, a key of another type) has changed nothing. The head that Script.java puts in front defines
-- micros() and the durations PLACE_GRACE, CLAIM_GRACE, ENDED_WINDOW and MINTED_AHEAD, all in ms.
--
-- KEYS[1]  hf:{ns}:meta. Every other key is derived from it and shares its hash tag:
--            meta          hash  v, born, last: data version, first use, last number given
--            lease:<id>    hash  a lease that is HELD, CLAIMED (offered by a hand-off) or WAITING
--            lock:<name>   hash  x = id of the exclusive holder, rev = change counter; only while in use
--            queue:<name>  zset  waiters by ticket
--            locks         zset  names of locks in use, for listing by prefix
--            deadlines     zset  every lease by when it ends unless renewed, polled or confirmed, in ms
--            claims        hash  id -> waits of each CLAIMED lease
--            ended:<min>   hash  id -> tombstone, l/<lock> -> last token that ended, a bucket a minute
-- ARGV[1]  name of the calling instance
-- ARGV[2]  highest token it has seen
--
-- RETURNS  { outcome, { now, rounded up; born; next deadline or -1; last }, { ids told to this instance }, ... }

local DATA_VERSION = '1'
local DAY = 86400
local MAX_STEPS = 100

local base = string.sub(KEYS[1], 1, -5)
local instance, seen = ARGV[1], tonumber(ARGV[2])

local now_micros = micros()
local now = math.floor(now_micros / 1000)

-- Lua's own tostring truncates at 14 digits.
local function text(number)
  return string.format('%.0f', number)
end

local writes = {}
local function write(...)
  writes[#writes + 1] = { ... }
end

---------------------------------------------------------------------------------------------------- numbers

local meta = redis.call('HMGET', KEYS[1], 'born', 'last')
local born = meta[1] or ''
local last = tonumber(meta[2] or '0')
local last_read = last

-- One rising sequence a namespace gives tokens, tickets and revisions. It does not go back when the store lost
-- its data: its clock and the calling instance both remember.
local function next_number()
  last = math.max(last + 1, now_micros, seen + 1)
  return last
end

------------------------------------------------------------------------------------------------------ leases

local FIELDS = {
  'state', 'locks', 'owner', 'caller', 'ttl', 'metadata', 'deadline', 'token', 'since', 'renewals', 'waits'
}
local leases = {}

-- 'x/a x/b' -> { 'a', 'b' }. The part before the slash is the mode.
local function names_of(locks)
  local names = {}
  for name in string.gmatch(locks, '[^ /]+/([^ ]+)') do
    names[#names + 1] = name
  end
  return names
end

local function lease(id)
  local known = leases[id]
  if known == nil then
    local values = redis.call('HMGET', base .. 'lease:' .. id, unpack(FIELDS))
    known = false
    if values[1] then
      known = { id = id }
      for i, field in ipairs(FIELDS) do
        known[field] = values[i] or ''
      end
      known.deadline = tonumber(known.deadline)
      known.names = names_of(known.locks)
    end
    leases[id] = known
  end
  return known
end

-- Stores the named fields of a lease and when it is due; keeps the key a day longer, against abandoned ones.
local function store(l, ...)
  local fields = {}
  for _, field in ipairs({ ... }) do
    local value = l[field]
    fields[#fields + 1] = field
    fields[#fields + 1] = type(value) == 'number' and text(value) or value
  end
  local key = base .. 'lease:' .. l.id
  write('HSET', key, unpack(fields))
  write('PEXPIREAT', key, text(l.deadline + DAY * 1000))
  write('ZADD', base .. 'deadlines', text(l.deadline), l.id)
end

------------------------------------------------------------------------------------------------------- locks

local locks = {}
local touched = {}
local unsettled = {}

local function lock(name)
  local known = locks[name]
  if not known then
    local values = redis.call('HMGET', base .. 'lock:' .. name, 'x', 'rev')
    local holder = values[1] or nil
    known = {
      name = name, holder = holder, stored_holder = holder, listed = values[2], revision = values[2] or '0', at = 0, gone = {}
    }
    locks[name] = known
  end
  return known
end

-- The lock has other holders or waiters than before: it gets a new revision, and its head may be grantable.
local function touch(k)
  if not k.touched then
    k.touched = true
    k.revision = next_number()
    touched[#touched + 1] = k
  end
  if not k.unsettled then
    k.unsettled = true
    unsettled[#unsettled + 1] = k
  end
end

-- The first waiter that this script has not taken out of the queue.
local function head(k)
  while true do
    local id = redis.call('ZRANGE', base .. 'queue:' .. k.name, k.at, k.at)[1]
    if not id or not k.gone[id] then
      return id
    end
    k.at = k.at + 1
  end
end

local function enqueue(l)
  local ticket = text(next_number())
  for _, name in ipairs(l.names) do
    local k = lock(name)
    local key = base .. 'queue:' .. name
    write('ZADD', key, ticket, l.id)
    k.joined = true
    touch(k)
  end
end

-- The keys of a waiter's queues stay as long as it comes back.
local function keep_queues(l)
  for _, name in ipairs(l.names) do
    write('EXPIRE', base .. 'queue:' .. name, 2 * DAY)
    if not lock(name).holder then
      write('EXPIRE', base .. 'lock:' .. name, 2 * DAY)
    end
  end
end

local function leave_queues(l)
  for _, name in ipairs(l.names) do
    local k = lock(name)
    k.gone[l.id] = true
    write('ZREM', base .. 'queue:' .. name, l.id)
    touch(k)
  end
end

local function occupy(l)
  for _, name in ipairs(l.names) do
    local k = lock(name)
    k.holder = l.id
    touch(k)
  end
end

-- The keys of a lease's locks stay as long as the lease's own.
local function keep_locks(l)
  for _, name in ipairs(l.names) do
    write('PEXPIREAT', base .. 'lock:' .. name, text(l.deadline + DAY * 1000))
  end
end

local function touch_locks(l)
  for _, name in ipairs(l.names) do
    touch(lock(name))
  end
end

local function vacate(l)
  for _, name in ipairs(l.names) do
    local k = lock(name)
    if k.holder == l.id then
      k.holder = nil
    end
    touch(k)
  end
end

-------------------------------------------------------------------------------------------------- tombstones

local tombstones = {}
-- Of each lock, the last token that this script has seen end.
local last_tokens = {}

local function bucket(minutes_ago)
  return base .. 'ended:' .. text(math.floor(now / 60000) - minutes_ago)
end

-- The first answer to read(bucket) in the buckets that may hold something of the last ENDED_WINDOW.
local function in_window(read)
  for minutes_ago = 0, math.ceil(ENDED_WINDOW / 60000) do
    local found = read(bucket(minutes_ago))
    if found then
      return found
    end
  end
end

-- Keeps how a lease ended; of one that was held, for each of its locks, the token as well.
local function bury(id, how, token, lock_list, owner)
  tombstones[id] = { how = how, token = token, locks = lock_list, owner = owner }
  local fields = { id, table.concat({ how, token, lock_list, owner }, '\n') }
  if token ~= '' then
    for _, name in ipairs(names_of(lock_list)) do
      last_tokens[name] = tonumber(token)
      fields[#fields + 1] = 'l/' .. name
      fields[#fields + 1] = token
    end
  end
  local key = bucket(0)
  write('HSET', key, unpack(fields))
  write('EXPIRE', key, math.ceil(ENDED_WINDOW / 1000) + 180)
end

local function tombstone_of(id)
  if not tombstones[id] then
    local found = in_window(function(key) return redis.call('HGET', key, id) end)
    if not found then
      return nil
    end
    local how, token, lock_list, owner = string.match(found, '^(.-)\n(.-)\n(.-)\n(.*)$')
    tombstones[id] = { how = how, token = token, locks = lock_list, owner = owner }
  end
  return tombstones[id]
end

-- Whether another lease was granted one of these locks after the token was: '1', '0', or '' when it never held.
local function reacquired(tombstone)
  if tombstone.token == '' then
    return ''
  end
  local mine = tonumber(tombstone.token)
  for _, name in ipairs(names_of(tombstone.locks)) do
    local holder = lock(name).holder
    local held = holder and lease(holder)
    if held and held.state == 'HELD' and tonumber(held.token) > mine then
      return '1'
    end
    local later = (last_tokens[name] or 0) > mine or in_window(function(key)
      local token = redis.call('HGET', key, 'l/' .. name)
      return token and tonumber(token) > mine
    end)
    if later then
      return '1'
    end
  end
  return '0'
end

---------------------------------------------------------------------------------------- ending and handing off

local offered = {}
local announcements = {}

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
    parts[#parts + 1] = where .. '=' .. text(until_ms)
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

local ended_here = 0

-- Ends a lease in whatever state it is and leaves a tombstone.
local function finish(l, how)
  if l.state == 'WAITING' then
    leave_queues(l)
    announce(l)
  else
    vacate(l)
  end
  if l.state == 'CLAIMED' then
    write('HDEL', base .. 'claims', l.id)
    announce(l)
  end
  bury(l.id, how, l.token, l.locks, l.owner)
  write('DEL', base .. 'lease:' .. l.id)
  write('ZREM', base .. 'deadlines', l.id)
  leases[l.id] = false
  ended_here = ended_here + 1
end

-- Whether nothing holds any of these locks and the lease (nil for a newcomer) is first in each queue.
local function grantable(names, id)
  for _, name in ipairs(names) do
    local k = lock(name)
    if k.holder or head(k) ~= id then
      return false
    end
  end
  return true
end

-- A hand-off is a claim: stored before it is announced, confirmed by who holds a request of the waiter.
local function claim(l)
  leave_queues(l)
  occupy(l)
  l.state = 'CLAIMED'
  l.deadline = now + CLAIM_GRACE
  store(l, 'state', 'deadline')
  write('HSET', base .. 'claims', l.id, l.waits)
  announce(l)
end

-- Offers every lock that became free to the head of its queue. Waiters that are due themselves are passed over.
local function hand_off()
  while #unsettled > 0 do
    local k = table.remove(unsettled)
    k.unsettled = false
    local first = not k.holder and head(k) or nil
    local waiter = first and lease(first)
    if waiter and waiter.deadline <= now then
      finish(waiter, 'expired')
    elseif waiter and grantable(waiter.names, first) then
      claim(waiter)
    elseif first and not waiter then
      k.gone[first] = true
      write('ZREM', base .. 'queue:' .. k.name, first)
      touch(k)
    end
  end
end

-- Ends what is due and hands off, a bounded number of locks a call; what is left is due at once in the next.
local function reap()
  local due = redis.call('ZRANGEBYSCORE', base .. 'deadlines', '-inf', text(now), 'LIMIT', 0, MAX_STEPS)
  for _, id in ipairs(due) do
    if #touched >= MAX_STEPS then
      return
    end
    local l = lease(id)
    if l then
      finish(l, 'expired')
      hand_off()
    elseif not tombstones[id] then
      write('ZREM', base .. 'deadlines', id)
    end
  end
end

-- A live lease by its id. One that is due has ended, whether or not its turn in reap() came.
local function live(id)
  local l = lease(id)
  if l and l.deadline <= now then
    finish(l, 'expired')
    hand_off()
    return nil
  end
  return l or nil
end

------------------------------------------------------------------------------------------------------- reply

local function save_lock(k)
  local key = base .. 'lock:' .. k.name
  if not k.holder and not k.joined and not head(k) then
    write('DEL', key)
    write('ZREM', base .. 'locks', k.name)
    return
  end
  if k.holder and k.holder ~= k.stored_holder then
    write('HSET', key, 'rev', text(k.revision), 'x', k.holder)
    write('PEXPIREAT', key, text(lease(k.holder).deadline + DAY * 1000))
  else
    write('HSET', key, 'rev', text(k.revision))
  end
  if not k.holder then
    write('HDEL', key, 'x')
    write('EXPIRE', key, 2 * DAY)
  end
  if not k.listed then
    write('ZADD', base .. 'locks', '0', k.name)
  end
end

-- Writes all that was decided, announces it, and answers.
local function reply(outcome, ...)
  for _, k in ipairs(touched) do
    save_lock(k)
  end
  if #writes > 0 then
    if born == '' then
      born = text(now_micros)
      write('HSET', KEYS[1], 'v', DATA_VERSION, 'born', born)
    end
    if last ~= last_read then
      write('HSET', KEYS[1], 'last', text(last))
    end
  end
  for _, command in ipairs(writes) do
    redis.call(unpack(command))
  end
  for target, ids in pairs(announcements) do
    local namespace = string.match(base, '{(.*)}')
    redis.call('PUBLISH', 'hf:instance:' .. target, namespace .. '\n' .. table.concat(ids, '\n'))
  end
  -- A read of a key that reap() has read too: it cannot fail where that did not.
  local due = redis.call('ZRANGE', base .. 'deadlines', 0, 0, 'WITHSCORES')[2]
  return { outcome, { math.ceil(now_micros / 1000), born, due and tonumber(due) or -1, last }, offered, ... }
end

-- The lease as RETURNS of the verbs name it: its id, then FIELDS.
local function fields_of(l)
  local values = { l.id }
  for i, field in ipairs(FIELDS) do
    local value = l[field]
    values[i + 1] = type(value) == 'number' and text(value) or value
  end
  return values
end

-- How many of a queue stand before this waiter, or are in it when it does not; without those this script takes out.
local function ahead(k, id)
  local key = base .. 'queue:' .. k.name
  local rank = redis.call('ZRANK', key, id) or redis.call('ZCARD', key)
  local count = rank
  for gone in pairs(k.gone) do
    local place = redis.call('ZRANK', key, gone)
    if place and place < rank then
      count = count - 1
    end
  end
  return count
end

-- The place of a waiter, or of one about to join, in the longest of its queues, from 1.
local function position(l)
  local most = 0
  for _, name in ipairs(l.names) do
    most = math.max(most, ahead(lock(name), l.id))
  end
  return most + 1
end
