/** Leases in Redis 6.2 or later, or Valkey: one Lua script a call. */
@NullMarked
package dev.holdfast.lock.redis;

import org.jspecify.annotations.NullMarked;
