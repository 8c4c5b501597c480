package dev.holdfast.gateway;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.api.ProblemType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What stands behind the {@code type} of a problem: what it means and what to do. */
@RestController
@RequestMapping("/problems")
class ProblemPages {

    private static final CacheControl ONE_HOUR = CacheControl.maxAge(Duration.ofHours(1));

    @GetMapping
    ResponseEntity<Object> all(@RequestHeader HttpHeaders request) {
        List<Description> all = kinds().map(Description::of).toList();
        return prefersHtml(request) ? html(ProblemHtml.list(all)) : json(new Descriptions(all));
    }

    @GetMapping("/{slug}")
    ResponseEntity<Object> one(@PathVariable String slug, @RequestHeader HttpHeaders request) {
        Description description = kinds().filter(kind -> kind.slug().equals(slug))
                .findFirst()
                .map(Description::of)
                .orElseThrow(() -> new ProblemException(Problem.of(
                        ProblemKind.NOT_FOUND, "No kind of problem has this name; /problems lists them all.")));
        return prefersHtml(request) ? html(ProblemHtml.page(description)) : json(description);
    }

    static Stream<ProblemType> kinds() {
        return Stream.concat(Arrays.stream(ProblemKind.values()), Arrays.stream(SampleProblem.values()));
    }

    /** JSON unless HTML is asked for with a higher weight: programs come with {@code *}{@code /*}, browsers do not. */
    private static boolean prefersHtml(@RequestHeader HttpHeaders request) {
        List<MediaType> accepted = request.getAccept();
        return weight(accepted, MediaType.TEXT_HTML) > weight(accepted, MediaType.APPLICATION_JSON);
    }

    private static double weight(List<MediaType> accepted, MediaType offered) {
        return accepted.stream()
                .filter(range -> range.includes(offered))
                .mapToDouble(MediaType::getQualityValue)
                .max()
                .orElse(0);
    }

    private static ResponseEntity<Object> html(String page) {
        return answer().header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .body(page);
    }

    private static ResponseEntity<Object> json(Object body) {
        return answer().contentType(MediaType.APPLICATION_JSON).body(body);
    }

    private static ResponseEntity.BodyBuilder answer() {
        return ResponseEntity.ok()
                .cacheControl(ONE_HOUR)
                .varyBy(HttpHeaders.ACCEPT)
                .header("X-Content-Type-Options", "nosniff");
    }

    record Descriptions(List<Description> problems) {}

    record Description(String type, String title, int status, boolean retryable, String meaning, String remedy) {

        static Description of(ProblemType kind) {
            return new Description(
                    kind.type(), kind.title(), kind.status(), kind.retryable(), kind.meaning(), kind.remedy());
        }
    }
}
