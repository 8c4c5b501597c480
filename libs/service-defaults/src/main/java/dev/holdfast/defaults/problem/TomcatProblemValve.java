package dev.holdfast.defaults.problem;

import dev.holdfast.lock.api.ProblemKind;
import java.io.IOException;
import java.io.Writer;
import java.util.Objects;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/** What Tomcat refuses before it knows any application, such as a path it cannot read, as a problem. */
public final class TomcatProblemValve extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, @Nullable Throwable error) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        ProblemKind kind = Objects.requireNonNullElse(ProblemAnswer.kindOf(status), ProblemKind.INTERNAL_ERROR);
        String path = Objects.requireNonNullElse(request.getRequestURI(), "");
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setCharacterEncoding("UTF-8");
        try (Writer writer = response.getReporter()) {
            if (writer != null) {
                writer.write(JsonMapper.shared().writeValueAsString(ProblemAnswer.members(Problem.of(kind), path)));
            }
        } catch (IOException e) {
            // The client is gone.
        }
    }
}
