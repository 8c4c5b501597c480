-- Ends a lease, held or waiting, and hands its locks on.
--
-- KEYS[1], ARGV[1..2], RETURNS[1..2]: see open.lua
-- ARGV[3]  lease id
-- ARGV[4]  token that must be the lease's, or ''
-- ARGV[5]  when the id was made, in ms, if it tells, else ''
-- ARGV[6]  how many ended leases are remembered at most
-- ARGV[7]  caller
-- ARGV[8]  '1' if the caller may act on the leases of others, else ''
-- RETURNS  'RELEASED' | 'OF_ANOTHER' | 'STALE_TOKEN' | 'UNKNOWN' | 'FULL', 'ENDED',
--          or 'ENDED', how, reacquired by others: '1', '0' or ''

-- #include open.lua

local id, if_token, minted = ARGV[3], ARGV[4], ARGV[5] ~= '' and tonumber(ARGV[5])
local caller, is_admin = ARGV[7], ARGV[8] == '1'
local lease_key = base .. 'lease:' .. id
local read = call('MGET', KEYS[1], lease_key)
-- #include version.lua
local value = read[2]

-- The most common cases, straight on: one exclusive lock for which nobody waits, or others who want it so too. They write
-- what the engine below would. Anything unusual is left to it.
if meta and now < meta[DUE] and value then
  local name, owner, of, token, since = string.match(value, '^HELD\nx/(%S+)\n([^\n]*)\n([^\n]*)\n(%d+)\n(%d+)\n')
  local lock_key = base .. 'lock:' .. (name or '')
  local k = (of == caller or of and is_admin) and (if_token == '' or if_token == token) and call('GET', lock_key)
  local revision, granted, hold, holder, waiting = string.match(k or '', '^(%d+) (%d+) (%S+) x (%S+) (%d+)$')
  if holder == id then
    local last, due, next_id, offer, where, until_ms = meta[LAST], meta[DUE], nil, nil, nil, nil
    if waiting ~= '0' then
      local first = call('ZRANGE', base .. 'queue:' .. name, 0, 0)[1]
      next_id = string.match(first or '', '^(%S+) x$')
      local waiter = next_id and call('GET', base .. 'lease:' .. next_id)
      local fixed, ticket, ttl, deadline, rest
      fixed, where, until_ms, ticket, ttl, deadline, rest = string.match(waiter or '',
        '^WAITING(\n[^\n]*\n[^\n]*\n[^\n]*\n\n%d+\n%d+\n\n([^=\n ]+)=(%d+)\n)(%d+)\n(%d+)\n(%d+)(\n.*)$')
      if fixed and tonumber(deadline) > now then
        offer = format('CLAIMED%s%s\n%s\n%d%s', fixed, ticket, ttl, now + CLAIM_GRACE, rest)
        last = math.max(last + 1, now_micros, tonumber(ARGV[2]) + 1)
        due = math.min(due, now + CLAIM_GRACE)
      end
    end
    if waiting == '0' or offer then
      local held, window = now - since, math.floor(now / ENDED_WINDOW)
      hold = hold == '-1' and held or hold + (held - hold) / 8
      local same, left = window == meta[WINDOW], meta[COUNT] - 1
      local text = format(META, meta[BORN], last, left == 0 and NEVER or due, left, window,
        same and meta[ENDED] + 1 or 1, same and meta[BEFORE] or window == meta[WINDOW] + 1 and meta[ENDED] or 0,
        left == 0 and 0 or meta[WAITING] - (offer and 1 or 0))
      call('SET', KEYS[1], text, 'PX', KEEP)
      call('SET', lease_key, format(TOMBSTONE, 'released', token, 'x/' .. name, owner, now), 'PX', ENDED_WINDOW)
      call('ZREM', base .. 'deadlines', id)
      if owner ~= id then
        call('ZREM', base .. 'owners', owner .. '\n' .. id)
      end
      tell(call, 'released', id, 'x/' .. name .. '\n' .. owner, token, held)
      if not offer then
        call('SET', lock_key, format('%s %s %d -', revision, granted, hold), 'PX', ENDED_WINDOW)
        call('ZREM', base .. 'locks', name)
        return { 'RELEASED', now_up .. text }
      end
      call('SET', lock_key, format('%d %s %d x %s %d', last, granted, hold, next_id, waiting - 1), 'PX', KEEP)
      call('ZREM', base .. 'queue:' .. name, next_id .. ' x')
      call('SET', base .. 'lease:' .. next_id, offer, 'PX', KEEP)
      call('ZADD', base .. 'deadlines', now + CLAIM_GRACE, next_id)
      call('HSET', base .. 'claims', next_id, where .. '=' .. until_ms)
      if tonumber(until_ms) < now then
        next_id = ''
      elseif where ~= ARGV[1] then
        call('PUBLISH', 'hf:instance:' .. where, string.match(base, '{(.*)}') .. '\n' .. next_id)
        next_id = ''
      end
      return { 'RELEASED', now_up .. text .. next_id }
    end
  end
end

local read_before = { [lease_key] = value }

-- #include engine.lua

-- #include ending.lua

if now >= m[DUE] then
  reap(id)
end

local l = lease(id)
if l then
  if not is_of(l, caller, is_admin) then
    return reply('OF_ANOTHER')
  end
  if if_token ~= '' and (l.state ~= 'HELD' or l.token ~= if_token) then
    return reply('STALE_TOKEN')
  end
  finish(l, 'released')
  hand_off()
  return reply('RELEASED')
end

local over = known_tombstones[id]
if over then
  return reply('ENDED', over.how, reacquired(over))
end
if if_token ~= '' then
  return reply('UNKNOWN')
end
-- This DELETE may have overtaken its PUT, which shall find that it is over; unless its PUT would be too old anyway.
if not minted or minted >= now - ENDED_WINDOW then
  if have_ended(tonumber(ARGV[6])) then
    return reply('FULL', 'ENDED')
  end
  bury(id, 'released', '', '', '')
end
return reply('ENDED', 'released', '')
