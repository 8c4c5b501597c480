package dev.holdfast.inventory;

import tools.jackson.databind.JsonNode;

/** Numbers of pieces in JSON: whole numbers, neither 1.0 nor "1". */
final class Quantities {

    private Quantities() {}

    static boolean isBetweenOneAnd(int most, JsonNode quantity) {
        return quantity.isIntegralNumber()
                && quantity.canConvertToInt()
                && quantity.intValue() >= 1
                && quantity.intValue() <= most;
    }
}
