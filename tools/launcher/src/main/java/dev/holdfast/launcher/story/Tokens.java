package dev.holdfast.launcher.story;

import java.util.List;

/** Fencing tokens in the order of their grants. */
record Tokens(List<Long> inOrder) {

    /** Whether there are some, and each is greater than the one before. */
    boolean rise() {
        for (int i = 1; i < inOrder.size(); i++) {
            if (inOrder.get(i) <= inOrder.get(i - 1)) {
                return false;
            }
        }
        return !inOrder.isEmpty() && inOrder.getFirst() > 0;
    }
}
