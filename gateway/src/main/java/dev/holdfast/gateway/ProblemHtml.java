package dev.holdfast.gateway;

import dev.holdfast.gateway.ProblemPages.Description;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.web.util.HtmlUtils;

/** The problem pages for people. */
final class ProblemHtml {

    private static final String FRAME = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>%1$s - Holdfast</title>
            <style>
            :root { color-scheme: light dark }
            body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
            td { padding: .2rem 1rem .2rem 0; vertical-align: top }
            </style>
            </head>
            <body>
            <h1>%1$s</h1>
            %2$s</body>
            </html>
            """;

    private ProblemHtml() {}

    static String page(Description problem) {
        String body = """
                <p><code>%s</code>, status %d, %s.</p>
                <h2>What it means</h2>
                <p>%s</p>
                <h2>What to do</h2>
                <p>%s</p>
                <p><a href="/problems">All problems</a></p>
                """.formatted(
                        problem.type(),
                        problem.status(),
                        problem.retryable() ? "worth a retry" : "not worth a retry as it stands",
                        HtmlUtils.htmlEscape(problem.meaning()),
                        HtmlUtils.htmlEscape(problem.remedy()));
        return FRAME.formatted(HtmlUtils.htmlEscape(problem.title()), body);
    }

    static String list(List<Description> problems) {
        String rows = problems.stream().map(ProblemHtml::row).collect(Collectors.joining());
        return FRAME.formatted("Problems", "<table>\n" + rows + "</table>\n");
    }

    private static String row(Description problem) {
        return "<tr><td>%d</td><td><a href=\"%s\">%s</a></td></tr>\n"
                .formatted(problem.status(), problem.type(), HtmlUtils.htmlEscape(problem.title()));
    }
}
