package dev.holdfast.lock.client;

import java.util.List;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.expression.ParserContext;
import org.springframework.expression.common.CompositeStringExpression;
import org.springframework.expression.common.LiteralExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/** The name of a lock with places for what a method's arguments say. */
final class LockTemplate {
    private final String text;
    private final List<Expression> parts;

    /** @throws org.springframework.expression.ParseException if it cannot be read */
    LockTemplate(String text) {
        this.text = text;
        Expression whole = new SpelExpressionParser().parseExpression(text, ParserContext.TEMPLATE_EXPRESSION);
        this.parts =
                whole instanceof CompositeStringExpression several ? List.of(several.getExpressions()) : List.of(whole);
    }

    /** @throws IllegalArgumentException if a place stays empty: all such calls would share one lock */
    String name(EvaluationContext arguments) {
        StringBuilder name = new StringBuilder();
        for (Expression part : parts) {
            name.append(part instanceof LiteralExpression ? part.getExpressionString() : value(part, arguments));
        }
        return name.toString();
    }

    private String value(Expression part, EvaluationContext arguments) {
        String value = part.getValue(arguments, String.class);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(
                    "#{" + part.getExpressionString() + "} in the name of the lock " + text + " has no value");
        }
        return value;
    }
}
