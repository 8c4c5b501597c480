package dev.holdfast.lock.client;

import java.io.IOException;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * For a {@code RestClient} of a guarded resource: sends the {@code Fencing-Token} of the lease that the call is made
 * under.
 */
public final class FencingHttpInterceptor implements ClientHttpRequestInterceptor {

    /** @throws LeaseLostException if that lease is lost: nothing is sent */
    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        if (!request.getHeaders().containsHeader(CurrentLease.HEADER)) {
            CurrentLease.token()
                    .ifPresent(token -> request.getHeaders().set(CurrentLease.HEADER, Long.toString(token)));
        }
        return execution.execute(request, body);
    }
}
