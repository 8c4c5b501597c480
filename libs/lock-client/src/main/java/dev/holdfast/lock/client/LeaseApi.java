package dev.holdfast.lock.client;

import feign.HeaderMap;
import feign.Headers;
import feign.Param;
import feign.Request;
import feign.RequestLine;
import feign.Response;
import java.util.Map;
import java.util.UUID;

/** The calls of the lock API that keep a lease, for Feign. Answers come as they are, problems too. */
@Headers("Accept: application/json, application/problem+json")
interface LeaseApi {

    /** Acquires a free lock. */
    @RequestLine("PUT /v1/namespaces/{namespace}/leases/{id}")
    @Headers("Content-Type: application/json")
    Response acquire(
            @Param("namespace") String namespace,
            @Param("id") UUID id,
            LeaseRequest lease,
            @HeaderMap Map<String, Object> credentials,
            Request.Options limits);

    /** Acquires a lock, and queues for it. */
    @RequestLine("PUT /v1/namespaces/{namespace}/leases/{id}")
    @Headers({"Content-Type: application/json", "Prefer: wait={seconds}"})
    Response await(
            @Param("namespace") String namespace,
            @Param("id") UUID id,
            @Param("seconds") long seconds,
            LeaseRequest lease,
            @HeaderMap Map<String, Object> credentials,
            Request.Options limits);

    /** Renews a lease that is held under a token; can never acquire. */
    @RequestLine("PUT /v1/namespaces/{namespace}/leases/{id}")
    @Headers({"Content-Type: application/json", "If-Match: \"{token}\""})
    Response renew(
            @Param("namespace") String namespace,
            @Param("id") UUID id,
            @Param("token") long token,
            LeaseRequest lease,
            @HeaderMap Map<String, Object> credentials,
            Request.Options limits);

    /** Releases a lease that is held under a token. */
    @RequestLine("DELETE /v1/namespaces/{namespace}/leases/{id}")
    @Headers("If-Match: \"{token}\"")
    Response release(
            @Param("namespace") String namespace,
            @Param("id") UUID id,
            @Param("token") long token,
            @HeaderMap Map<String, Object> credentials,
            Request.Options limits);

    /** Ends a lease, whatever became of it. */
    @RequestLine("DELETE /v1/namespaces/{namespace}/leases/{id}")
    Response abandon(
            @Param("namespace") String namespace,
            @Param("id") UUID id,
            @HeaderMap Map<String, Object> credentials,
            Request.Options limits);
}
