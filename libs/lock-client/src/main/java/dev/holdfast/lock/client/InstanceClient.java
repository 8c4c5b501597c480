package dev.holdfast.lock.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import feign.Client;
import feign.Request;
import feign.Response;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * The transport to one instance: Feign's client over the JDK's, with connections that are kept.
 *
 * <p>The read timeout of a request is a limit on the whole of it, from the connecting to the last byte: neither Feign's
 * own clients nor the JDK's {@link HttpRequest#timeout} bound a body that stops coming.
 */
final class InstanceClient implements Client {

    /** When the request was sent, by {@link System#nanoTime}: a header that is added to each response. */
    static final String SENT = "Holdfast-Sent-Nanos";

    /** The JDK writes them itself, or refuses them. */
    private static final Set<String> NOT_COPIED = Set.of("content-length", "host", "connection");

    private final String service;
    private final HttpClient http;
    private final Set<Parked> parked = ConcurrentHashMap.newKeySet();

    /**
     * Connects to nobody yet.
     *
     * @param service the name that stands in a request when no instance of the service is known
     * @param tls for instances on https, whose host names are verified
     */
    InstanceClient(String service, Duration connectTimeout, SSLContext tls) {
        this.service = service;
        this.http = HttpClient.newBuilder()
                .sslContext(tls)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                // The registry says where an instance is: no proxy is between.
                .proxy(HttpClient.Builder.NO_PROXY)
                .build();
    }

    /**
     * Sends the request once, to the instance that its address names.
     *
     * @throws CancellationException if the thread was interrupted. It is no I/O error, which would be held against the
     *     instance and tried at another one
     */
    @Override
    public Response execute(Request request, Request.Options options) throws IOException {
        URI uri = URI.create(request.url());
        if (service.equals(uri.getHost())) {
            throw new ConnectException("no instance of " + service + " is known");
        }
        Parked call = new Parked(uri.getHost(), uri.getPort(), new CompletableFuture<>());
        CompletableFuture<?> exchange = send(request, uri, call.answer());
        parked.add(call);
        try {
            return call.answer().get(options.readTimeoutMillis(), MILLISECONDS);
        } catch (TimeoutException e) {
            throw new HttpTimeoutException(
                    "no answer of " + uri.getAuthority() + " within " + options.readTimeoutMillis() + " ms");
        } catch (ExecutionException e) {
            throw new IOException("no answer of " + uri.getAuthority(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        } finally {
            parked.remove(call);
            if (!call.isAnswered()) {
                // The connection is closed, and the service sees that its client has gone.
                exchange.cancel(true);
            }
        }
    }

    /**
     * Sends it. The answer is there as soon as its last byte is: the JDK's own future is completed by the common pool,
     * and waits while the program has other work block that, for which with two processors one task is enough. A failure
     * still comes that way, or as a timeout.
     */
    private CompletableFuture<?> send(Request request, URI uri, CompletableFuture<Response> answer) {
        HttpRequest message = httpRequest(request, uri);
        long sent = System.nanoTime();
        CompletableFuture<?> exchange = http.sendAsync(
                message,
                head -> HttpResponse.BodySubscribers.mapping(
                        HttpResponse.BodySubscribers.ofByteArray(),
                        body -> answer.complete(response(request, head, body, sent))));
        var unused = exchange.whenComplete((done, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            }
        });
        return exchange;
    }

    /** Fails the calls that wait for this instance: it does not answer, and they need not find out one by one. */
    void leave(String host, int port) {
        IOException left = new IOException("another call to " + host + ":" + port + " failed");
        parked.stream()
                .filter(call -> call.host().equals(host) && call.port() == port)
                .forEach(call -> call.answer().completeExceptionally(left));
    }

    /** A call that waits for its answer. Each one is its own. */
    private record Parked(String host, int port, CompletableFuture<Response> answer) {

        boolean isAnswered() {
            return answer.isDone() && !answer.isCompletedExceptionally();
        }
    }

    private static HttpRequest httpRequest(Request request, URI uri) {
        byte[] body = request.body();
        HttpRequest.Builder builder = HttpRequest.newBuilder(uri)
                .method(
                        request.httpMethod().name(),
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        request.headers().forEach((name, values) -> {
            if (!NOT_COPIED.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> builder.header(name, value));
            }
        });
        return builder.build();
    }

    private static Response response(Request request, HttpResponse.ResponseInfo head, byte[] body, long sent) {
        Map<String, Collection<String>> headers = new HashMap<>(head.headers().map());
        headers.put(SENT, List.of(Long.toString(sent)));
        return Response.builder()
                .request(request)
                .status(head.statusCode())
                .headers(headers)
                .body(body)
                .build();
    }
}
