package dev.holdfast.token;

import java.io.IOException;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Sends the service token with the requests of a {@code RestClient}; once more, with another one, when it is refused.
 *
 * <p>Nothing adds it by itself: a token must not reach services that it is not for.
 */
public final class ServiceTokenInterceptor implements ClientHttpRequestInterceptor {
    private final ServiceToken token;

    public ServiceTokenInterceptor(ServiceToken token) {
        this.token = token;
    }

    /** @throws IOException also if there is no token: nothing was sent */
    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        String value = value();
        ClientHttpResponse response = execute(request, body, execution, value);
        if (response.getStatusCode().isSameCodeAs(HttpStatus.UNAUTHORIZED) && token.refused(value)) {
            response.close();
            return execute(request, body, execution, value());
        }
        return response;
    }

    private static ClientHttpResponse execute(
            HttpRequest request, byte[] body, ClientHttpRequestExecution execution, String value) throws IOException {
        request.getHeaders().setBearerAuth(value);
        return execution.execute(request, body);
    }

    private String value() throws IOException {
        try {
            return token.value();
        } catch (ServiceTokenException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
