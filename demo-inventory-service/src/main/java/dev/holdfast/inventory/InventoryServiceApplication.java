package dev.holdfast.inventory;

import dev.holdfast.defaults.HoldfastApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The guarded resource of the sample: it refuses the fencing tokens of those who lost their lock. */
@SpringBootApplication
public class InventoryServiceApplication {

    public static void main(String[] args) {
        HoldfastApplication.run(InventoryServiceApplication.class, "demo-inventory-service", args);
    }
}
