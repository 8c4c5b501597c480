/**
 * Locks for Spring Boot programs: {@link dev.holdfast.lock.client.Locks} is a bean, its leases renew themselves.
 */
@NullMarked
package dev.holdfast.lock.client;

import org.jspecify.annotations.NullMarked;
