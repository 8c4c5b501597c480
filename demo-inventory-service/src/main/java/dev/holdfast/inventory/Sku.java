package dev.holdfast.inventory;

import java.util.regex.Pattern;

/** What is stocked, by its name: a path segment as it stands, so neither {@code .} nor {@code ..}. */
record Sku(String value) {

    private static final Pattern FORM = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}");

    Sku {
        if (!isSku(value)) {
            throw new IllegalArgumentException("not a SKU");
        }
    }

    static boolean isSku(String value) {
        return FORM.matcher(value).matches();
    }
}
