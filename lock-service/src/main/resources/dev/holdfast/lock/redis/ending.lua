-- Ending leases, and handing their locks on: for verbs that end one, and for all when something is due.

-- At most so many waiters are granted, and so many leases ended, in one call; the rest in calls at once after it.
local MAX_STEPS = 100
-- At most so many waiters are looked at that wait for other locks as well.
local MAX_LOOKS = 500

local steps = 0
local looks = 0
local unsettled = {}

-- Somebody went whom waiters may have been behind.
local function unsettle(k)
  k.edge = nil
  if k.waiting == 0 or k.unsettled then
    return
  end
  if k.scan > 0 then
    k.again = 1
    save(k)
  else
    k.unsettled = true
    unsettled[#unsettled + 1] = k
  end
end

local function forget_if_unused(k)
  if k.waiting == 0 then
    k.scan, k.ahead, k.again = 0, 0, 0
    if k.holders == 0 then
      k.family, k.of = nil, 0
    end
  end
end

local function leave_queues(l)
  m[WAITING] = m[WAITING] - 1
  for _, want in ipairs(l.wants) do
    local k = lock(want.name)
    k.gone[l.id] = true
    k.waiting = k.waiting - 1
    k.xw = k.xw - (want.mode == 'x' and 1 or 0)
    k.uw = k.uw - want.units
    write('ZREM', k.queue, member_of(l, want))
    touch(k)
    forget_if_unused(k)
  end
end

local function vacate(l)
  for _, want in ipairs(l.wants) do
    local k = lock(want.name)
    k.holders = k.holders - 1
    k.units = k.units - want.units
    if want.mode == 'x' then
      k.holder = '-'
    else
      write('ZREM', base .. 'holders:' .. k.name, l.id)
      k.went[l.id] = true
    end
    touch(k)
    unsettle(k)
    forget_if_unused(k)
  end
end

-- Whoever held the lock alone lets others share it.
local function share(l, k)
  k.holder = '-'
  join_holders(k, l.id)
  unsettle(k)
end

-- Ends a lease in whatever state it is and leaves a tombstone.
local function finish(l, how)
  local event = how == 'released' and 'left' or 'lapsed'
  steps = steps + 1
  if l.state == 'WAITING' then
    leave_queues(l)
    for _, want in ipairs(l.wants) do
      unsettle(lock(want.name))
    end
    announce(l)
  else
    vacate(l)
  end
  if l.state == 'CLAIMED' then
    write('HDEL', base .. 'claims', l.id)
    announce(l)
  elseif l.state == 'HELD' then
    event = how
    for _, want in ipairs(l.wants) do
      local k, held = lock(want.name), now - l.since
      k.hold = k.hold < 0 and held or k.hold + (held - k.hold) / 8
    end
  end
  tell(write, event, l.id, l.locks .. '\n' .. l.owner, l.token, now - l.since)
  bury(l.id, how, l.token, l.locks, l.owner)
  write('ZREM', base .. 'deadlines', l.id)
  if l.owner ~= l.id then
    write('ZREM', base .. 'owners', l.owner .. '\n' .. l.id)
  end
  m[COUNT] = m[COUNT] - 1
end

-- A hand-off is a claim: stored before it is announced, confirmed by who holds a request of the waiter. Nobody else
-- becomes grantable by it: whoever it was ahead of, it holds against as well.
local function claim(l)
  steps = steps + 1
  leave_queues(l)
  occupy(l)
  l.state = 'CLAIMED'
  l.deadline = now + CLAIM_GRACE
  store(l)
  write('HSET', base .. 'claims', l.id, l.waits)
  announce(l)
end

-- The ticket of the first waiter that does not fit beside the holders and all ahead of it. All before it do.
local function edge(k)
  if not k.edge then
    k.edge = NEVER
    local all_fit = k.family == 'p' and k.units + k.uw <= k.of or k.family == 'w' and k.holder == '-' and k.xw == 0
    local i, waiting, uw = 1, 0, 0
    while not all_fit do
      local w = waiter_at(k, i)
      if not w then
        break
      end
      if not k.gone[w.id] then
        if not fits(k, w, waiting, 0, uw) then
          k.edge = tonumber(call('ZSCORE', k.queue, w.member))
          break
        end
        waiting, uw = waiting + 1, uw + w.units
        if w.mode == 'x' then
          -- Nobody fits behind it.
          k.edge = tonumber(call('ZSCORE', k.queue, w.member)) + 0.5
          break
        end
      end
      i = i + 1
    end
  end
  return k.edge
end

local function fits_elsewhere(l, here)
  for _, want in ipairs(l.wants) do
    local k = lock(want.name)
    if k ~= here and tonumber(l.ticket) >= edge(k) then
      return false
    end
  end
  return true
end

-- Looks through the queue from its head, or from where a call before stopped, and grants to whoever fits beside the
-- holders and all who stay ahead. Behind the first who does not fit here nobody does. Returns whether it came to an end.
local function look_through(k)
  local i, waiting, uw = 1, 0, 0
  k.members, k.offset, k.all_read = nil, 0, false
  if k.scan > 0 then
    waiting, uw = call('ZCOUNT', k.queue, '-inf', '(' .. format('%d', k.scan)), k.ahead
    k.offset = waiting
  end
  while true do
    local w = waiter_at(k, i)
    if w and not k.gone[w.id] then
      if not fits(k, w, waiting, 0, uw) then
        return true
      end
      if steps >= MAX_STEPS or looks >= MAX_LOOKS then
        k.scan, k.ahead = tonumber(call('ZSCORE', k.queue, w.member)), uw
        return false
      end
      local l = lease(w.id)
      if not l then
        -- Its key is lost: there is nobody to grant to. One that stood in several queues is counted until the
        -- namespace is empty.
        k.gone[w.id] = true
        m[WAITING] = m[WAITING] - (w.several and 0 or 1)
        k.waiting, k.xw, k.uw = k.waiting - 1, k.xw - (w.mode == 'x' and 1 or 0), k.uw - w.units
        write('ZREM', k.queue, w.member)
        touch(k)
        forget_if_unused(k)
      elseif l.deadline <= now then
        finish(l, 'expired')
      elseif not w.several or fits_elsewhere(l, k) then
        claim(l)
      elseif w.mode == 'x' then
        return true
      else
        looks = looks + 1
        waiting, uw = waiting + 1, uw + w.units
      end
    end
    if not w then
      return true
    end
    i = i + 1
  end
end

-- Looks through the queues from which somebody went. What is left to do is due at once.
local function hand_off()
  while #unsettled > 0 do
    local k = table.remove(unsettled)
    repeat
      local again = look_through(k)
      if again then
        again = k.again == 1
        k.scan, k.ahead, k.again = 0, 0, 0
      else
        write('SADD', base .. 'unsettled', k.name)
        due_at(now)
      end
      save(k)
    until not again
    k.members, k.offset, k.all_read, k.unsettled = nil, nil, nil, false
  end
end

-- Goes on with the queues that a call before has not looked through to the end.
local function resume()
  local names = call('SRANDMEMBER', base .. 'unsettled', MAX_STEPS)
  for _, name in ipairs(names) do
    local k = lock(name)
    write('SREM', base .. 'unsettled', name)
    if k.scan > 0 then
      k.unsettled = true
      unsettled[#unsettled + 1] = k
    end
  end
  hand_off()
  if #names == MAX_STEPS then
    due_at(now)
  end
end

local function end_if_due(l)
  if l and l.deadline <= now then
    finish(l, l.revoked ~= '' and tonumber(l.revoked) <= l.deadline and 'revoked' or 'expired')
    hand_off()
    return true
  end
end

-- Ends what is due and hands off, a bounded number a call; what is left is due at once in the next. A lease that is due
-- has ended, whether or not its turn came: the one asked for.
local function reap(asked)
  reaped = true
  local deadlines = base .. 'deadlines'
  local due = call('ZRANGEBYSCORE', deadlines, '-inf', format('%d', now), 'LIMIT', 0, MAX_STEPS)
  m[COUNT] = call('ZCARD', deadlines)
  m[DUE] = NEVER
  resume()
  local done = 0
  for _, id in ipairs(due) do
    if steps >= MAX_STEPS then
      break
    end
    done = done + 1
    local l = lease(id)
    if not end_if_due(l) and not l and not known_tombstones[id] then
      write('ZREM', deadlines, id)
      m[COUNT] = m[COUNT] - 1
    end
  end
  local next_due = call('ZRANGE', deadlines, done, done, 'WITHSCORES')[2]
  if next_due then
    due_at(tonumber(next_due))
  end
  end_if_due(asked and lease(asked))
end
