package dev.holdfast.order;

import dev.holdfast.defaults.HoldfastApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The sample consumer: it takes a lock for each order and works on it step by step. */
@SpringBootApplication
public class OrderServiceApplication {

    public static void main(String[] args) {
        HoldfastApplication.run(OrderServiceApplication.class, "demo-order-service", args);
    }
}
