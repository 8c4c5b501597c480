-- The state of a lease. Extends nothing.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..2]: see open.lua
-- ARGV[3]  lease id
-- RETURNS  'HELD', lease, or 'WAITING', lease, position, or 'UNKNOWN',
--          or 'ENDED', how, reacquired by others: '1', '0' or ''

-- #include open.lua

local id = ARGV[3]
local read = call('MGET', KEYS[1], base .. 'lease:' .. id)
-- #include version.lua
local value = read[2]

if meta and now < meta[DUE] and value and string.sub(value, 1, 5) == 'HELD\n' then
  return { 'HELD', now_up .. read[1], id .. '\n' .. value }
end

local read_before = { [base .. 'lease:' .. id] = value }

-- #include engine.lua

if now >= m[DUE] then
  -- #include ending.lua
  reap(id)
end

local l = lease(id)
if l then
  if l.state == 'HELD' then
    return reply('HELD', lines_of(l))
  end
  -- An offered lease has left its queues, so nobody is before it.
  return reply('WAITING', lines_of(l), l.state == 'CLAIMED' and 1 or position(l))
end
local over = known_tombstones[id]
if over then
  return reply('ENDED', over.how, reacquired(over))
end
return reply('UNKNOWN')
