-- Locks in use, each with who holds it and how many wait.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..3]: see engine.lua
-- ARGV[3]  'one' or 'page'
-- ARGV[4]  the lock's name, or the prefix of names
-- ARGV[5]  the last name of the page before, or ''
-- ARGV[6]  locks a page at most; for one lock: waiters shown at most
-- RETURNS  'LOCKS', { { name, revision, waiting, { holder leases }, { waiting leases, first come first } } },
--          the name to go on from, or '' at the end

reap()

local key, limit = base .. 'locks', tonumber(ARGV[6])

local function describe(name, shown_waiters)
  local k = lock(name)
  local holder = k.holder and lease(k.holder)
  local waiters = {}
  if shown_waiters > 0 then
    for _, id in ipairs(redis.call('ZRANGE', base .. 'queue:' .. name, 0, shown_waiters - 1)) do
      local l = not k.gone[id] and lease(id)
      if l then
        waiters[#waiters + 1] = fields_of(l)
      end
    end
  end
  -- A claim is an offer: until it is confirmed its lease is still the first of those who wait.
  local holders = {}
  local waiting = ahead(k, '')
  if holder and holder.state == 'HELD' then
    holders[1] = fields_of(holder)
  elseif holder then
    waiting = waiting + 1
    if shown_waiters > 0 then
      table.insert(waiters, 1, fields_of(holder))
    end
  end
  return { name, k.touched and text(k.revision) or k.revision, waiting, holders, waiters }
end

-- What this script reaped is not written yet: names that are about to go are left out.
local function in_use(name)
  local k = lock(name)
  return k.holder or head(k)
end

local found, cursor = {}, ''
if ARGV[3] == 'one' then
  if redis.call('ZSCORE', key, ARGV[4]) and in_use(ARGV[4]) then
    found[1] = describe(ARGV[4], limit)
  end
else
  local from = ARGV[5] ~= '' and '(' .. ARGV[5] or '[' .. ARGV[4]
  local names = redis.call('ZRANGEBYLEX', key, from, '[' .. ARGV[4] .. '\255', 'LIMIT', 0, limit + 1)
  if #names > limit then
    names[#names] = nil
    cursor = names[limit]
  end
  for _, name in ipairs(names) do
    if in_use(name) then
      found[#found + 1] = describe(name, 0)
    end
  end
end
return reply('LOCKS', found, cursor)
