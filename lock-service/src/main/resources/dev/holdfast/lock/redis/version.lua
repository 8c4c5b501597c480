-- What a verb does once it has read `meta`: it understands the data, or leaves them as they are.
--
-- Two neighbouring releases run on the same data at once, while one takes the place of the other. So a release that
-- brings a new layout, of whatever key, understands both and still writes the old one; the release after it writes the
-- new one. Below is what this release understands, in META what it writes.

-- MGET finds nothing under a key of another type; GET fails.
local layout = read[1] or call('GET', KEYS[1]) or '[2,'
if string.sub(layout, 1, 3) ~= '[2,' then
  return redis.error_reply('VERSION ' .. (string.match(layout, '^%[(%d+),') or 'unknown') .. ' understood 2')
end
local meta = read[1] and cjson.decode(read[1])
