-- Revokes the leases that hold a lock, whole, at the end of a grace; renewals meanwhile do not go beyond it.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..2]: see open.lua
-- ARGV[3]  the lock's name
-- ARGV[4]  grace in ms
-- RETURNS  'BROKEN', { the leases }; none if nobody holds it

-- #include open.lua

local read = call('MGET', KEYS[1])
-- #include version.lua
local read_before = {}

-- #include engine.lua
-- #include ending.lua

if now >= m[DUE] then
  reap()
end

local ALL = 2147483647

local broken = {}
for _, l in ipairs(holders_of(lock(ARGV[3]), ALL)) do
  if l.state == 'HELD' then
    local at = now + tonumber(ARGV[4])
    if l.revoked == '' or tonumber(l.revoked) > at then
      l.revoked = format('%d', at)
    end
    l.deadline = math.min(l.deadline, tonumber(l.revoked))
    broken[#broken + 1] = lines_of(l)
    if l.deadline > now then
      for _, want in ipairs(l.wants) do
        touch(lock(want.name))
      end
      store(l)
    end
    end_if_due(l)
  end
end
return reply('BROKEN', broken)
