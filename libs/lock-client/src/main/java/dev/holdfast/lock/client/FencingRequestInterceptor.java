package dev.holdfast.lock.client;

import feign.RequestInterceptor;
import feign.RequestTemplate;

/** For a Feign client of a guarded resource: sends the {@code Fencing-Token} of the lease that the call is made under. */
public final class FencingRequestInterceptor implements RequestInterceptor {

    /** @throws LeaseLostException if that lease is lost: nothing is sent */
    @Override
    public void apply(RequestTemplate request) {
        if (!request.headers().containsKey(CurrentLease.HEADER)) {
            CurrentLease.token().ifPresent(token -> request.header(CurrentLease.HEADER, Long.toString(token)));
        }
    }
}
