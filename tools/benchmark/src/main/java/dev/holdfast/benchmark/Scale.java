package dev.holdfast.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How large a check is, and which of its cases are run.
 *
 * @param seed of what is left to chance
 */
record Scale(List<Case> cases, long seed, int waiters, int leases, int names) {

    private static final int MOST = 2_000_000;

    /** What is checked, in this order: the one that looks at Redis' memory while nothing else has used it. */
    enum Case {
        TRACES,
        HAND_OFFS,
        WAKE_UPS,
        HANG_UPS,
        PAGES;

        /** As it is given on the command line. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** As large as is promised. */
    static Scale full() {
        return new Scale(List.of(Case.values()), System.nanoTime(), 10_000, 1_000_000, 100_000);
    }

    /**
     * Reads {@code --seed N}, {@code --waiters N}, {@code --leases N}, {@code --names N}, and names of cases.
     *
     * @throws IllegalArgumentException with a message for the person at the terminal
     */
    static Scale parse(List<String> arguments) {
        Scale scale = full();
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            if (word.startsWith("--")) {
                i++;
                scale = scale.with(word, i < arguments.size() ? arguments.get(i) : "");
            } else {
                cases.add(caseOf(word));
            }
        }
        return cases.isEmpty() ? scale : scale.only(cases);
    }

    private static Case caseOf(String word) {
        return Arrays.stream(Case.values())
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no case " + word));
    }

    private Scale with(String option, String value) {
        return switch (option) {
            case "--seed" ->
                new Scale(cases, number(option, value, Long.MIN_VALUE, Long.MAX_VALUE), waiters, leases, names);
            case "--waiters" -> new Scale(cases, seed, (int) number(option, value, 20, 20_000), leases, names);
            case "--leases" -> new Scale(cases, seed, waiters, (int) number(option, value, 1, MOST), names);
            case "--names" -> new Scale(cases, seed, waiters, leases, (int) number(option, value, 100, 100_000));
            default -> throw new IllegalArgumentException("unknown argument " + option);
        };
    }

    private static long number(String option, String value, long least, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // The same as one that is out of range.
        }
        throw new IllegalArgumentException(option + " needs a number from " + least + " to " + most);
    }

    Scale only(List<Case> some) {
        return new Scale(List.copyOf(some), seed, waiters, leases, names);
    }
}
