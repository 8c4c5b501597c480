-- The state of a lease. Extends nothing.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..3]: see engine.lua
-- ARGV[3]  lease id
-- RETURNS  'HELD', lease, or 'WAITING', lease, position, or 'UNKNOWN',
--          or 'ENDED', how, reacquired by others: '1', '0' or ''

reap()

local l = live(ARGV[3])
if l then
  if l.state == 'HELD' then
    return reply('HELD', fields_of(l))
  end
  -- An offered lease has left its queues, so nobody is before it.
  return reply('WAITING', fields_of(l), l.state == 'CLAIMED' and 1 or position(l))
end
local ended = tombstone_of(ARGV[3])
if ended then
  return reply('ENDED', ended.how, reacquired(ended))
end
return reply('UNKNOWN')
