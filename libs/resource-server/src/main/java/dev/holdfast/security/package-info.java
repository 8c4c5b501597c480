/**
 * Who calls a service, and what they may: verifies the bearer token of each request (RFC 6750) before the service sees it.
 *
 * <p>A service depends on this, names its issuer, and says in one {@link dev.holdfast.security.AccessRules} bean which
 * scope each of its endpoints needs. Controllers take a {@link dev.holdfast.security.Caller} argument.
 */
@NullMarked
package dev.holdfast.security;

import org.jspecify.annotations.NullMarked;
