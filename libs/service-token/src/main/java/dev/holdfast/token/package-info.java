/**
 * The access token by which a program says who it is to services it calls: {@link dev.holdfast.token.ServiceToken} is a
 * bean.
 */
@NullMarked
package dev.holdfast.token;

import org.jspecify.annotations.NullMarked;
