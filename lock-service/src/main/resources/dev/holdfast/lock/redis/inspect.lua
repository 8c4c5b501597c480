-- Locks in use, each with who holds it and how many wait.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..2]: see open.lua
-- ARGV[3]  'one' or 'page'
-- ARGV[4]  the lock's name, or the prefix of names
-- ARGV[5]  the last name of the page before, or ''
-- ARGV[6]  locks a page at most; for one lock: holders and waiters shown at most
-- RETURNS  'LOCKS', { { name, revision, waiting, mode: 'x' | 's' | 'p', permits taken, permits there are,
--                       { holder leases }, { waiting leases, first come first }, average hold in ms or -1 } },
--           the name to go on from, or ''

-- #include open.lua

local read = call('MGET', KEYS[1])
-- #include version.lua
local read_before = {}

-- #include engine.lua

-- A page shows what there is: ending first what is due may take longer than the page, and a sweep is about to.
if now >= m[DUE] and ARGV[3] == 'one' then
  -- #include ending.lua
  reap()
end

local key, limit = base .. 'locks', tonumber(ARGV[6])

-- A claim is an offer: until it is confirmed its lease is still one of those who wait, before all others.
local function describe(k, shown, shown_holders)
  local holders, waiters = {}, {}
  local waiting = k.waiting
  for _, l in ipairs(holders_of(k, shown_holders)) do
    if l.state == 'HELD' then
      holders[#holders + 1] = lines_of(l)
    else
      waiting = waiting + 1
      waiters[#waiters + 1] = lines_of(l)
    end
  end
  for i = 1, shown and limit or 0 do
    local w = waiter_at(k, i)
    if not w then
      break
    end
    local l = not k.gone[w.id] and lease(w.id)
    if l then
      waiters[#waiters + 1] = lines_of(l)
    end
  end
  local mode = k.family == 'p' and 'p' or k.holder ~= '-' and 'x' or k.holders > 0 and 's' or k.xw > 0 and 'x' or 's'
  return { k.name, format('%d', k.revision), waiting, mode, k.units, k.of, holders, shown and waiters or {},
    math.floor(k.hold) }
end

-- What this script reaped is not written yet: names that are about to go are left out.
local function in_use(k)
  return k.holders > 0 or k.waiting > 0
end

local found, cursor = {}, ''
if ARGV[3] == 'one' then
  local k = lock(ARGV[4])
  if in_use(k) then
    found[1] = describe(k, true, limit)
  end
else
  local from = ARGV[5] ~= '' and '(' .. ARGV[5] or '[' .. ARGV[4]
  local names = call('ZRANGEBYLEX', key, from, '[' .. ARGV[4] .. '\255', 'LIMIT', 0, limit + 1)
  if #names > limit then
    names[#names] = nil
    cursor = names[limit]
  end
  local keys, holder_keys = {}, {}
  for i, name in ipairs(names) do
    keys[i] = base .. 'lock:' .. name
  end
  local values = #keys > 0 and call('MGET', unpack(keys)) or {}
  for i, value in ipairs(values) do
    read_before[keys[i]] = value
    local holder = value and string.match(value, ' x (%S+) %d+$')
    if holder then
      holder_keys[#holder_keys + 1] = base .. 'lease:' .. holder
    end
  end
  for i, value in ipairs(#holder_keys > 0 and call('MGET', unpack(holder_keys)) or {}) do
    read_before[holder_keys[i]] = value
  end
  for i, name in ipairs(names) do
    -- Mostly it is held exclusively: straight from its text, as describe() would tell it.
    local revision, hold, holder, waiting = string.match(values[i] or '', '^(%d+) %d+ (%S+) x (%S+) (%d+)$')
    local value = holder and read_before[base .. 'lease:' .. holder]
    if value and string.sub(value, 1, 5) == 'HELD\n' then
      found[#found + 1] = { name, revision, tonumber(waiting), 'x', 1, 0, { holder .. '\n' .. value }, {}, tonumber(hold) }
    else
      local k = lock(name)
      if in_use(k) then
        found[#found + 1] = describe(k, false, 1)
      end
    end
  end
end
return reply('LOCKS', found, cursor)
