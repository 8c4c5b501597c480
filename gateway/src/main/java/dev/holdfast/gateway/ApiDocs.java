package dev.holdfast.gateway;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.lock.api.ProblemKind;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The API of all services: {@code /openapi.json}, and at {@code /docs} Swagger UI, which shows it and calls it. */
@RestController
class ApiDocs {

    /** Everything from here; Swagger UI sets styles in its elements and has images in its style sheet. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final CacheControl ONE_HOUR = CacheControl.maxAge(Duration.ofHours(1));

    private final Resource api = own("openapi.json");
    private final Resource page = own("index.html");
    private final Map<String, Resource> files;

    ApiDocs() throws IOException {
        String swaggerUi = swaggerUi();
        files = Map.of(
                "initializer.js", own("initializer.js"),
                "swagger-ui.css", new ClassPathResource(swaggerUi + "swagger-ui.css"),
                "swagger-ui-bundle.js", new ClassPathResource(swaggerUi + "swagger-ui-bundle.js"),
                "favicon-32x32.png", new ClassPathResource(swaggerUi + "favicon-32x32.png"));
    }

    @GetMapping("/openapi.json")
    ResponseEntity<Resource> api() {
        return answer(api, MediaType.APPLICATION_JSON);
    }

    @GetMapping("/docs")
    ResponseEntity<Resource> page() {
        return answer(page, MediaType.TEXT_HTML);
    }

    @GetMapping("/docs/{name}")
    ResponseEntity<Resource> file(@PathVariable String name) {
        Resource file = files.get(name);
        if (file == null) {
            throw new ProblemException(Problem.of(ProblemKind.NOT_FOUND));
        }
        return answer(file, mediaType(name));
    }

    private static ResponseEntity<Resource> answer(Resource file, MediaType type) {
        return ResponseEntity.ok()
                .cacheControl(ONE_HOUR)
                .contentType(type)
                .header(SecurityHeaders.POLICY, POLICY)
                .body(file);
    }

    private static MediaType mediaType(String name) {
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".js" -> MediaType.valueOf("text/javascript;charset=UTF-8");
            case ".css" -> MediaType.valueOf("text/css;charset=UTF-8");
            default -> MediaType.IMAGE_PNG;
        };
    }

    private static Resource own(String name) {
        return new ClassPathResource("docs/" + name);
    }

    /** Where the webjar has its files, which depends on its version. */
    private static String swaggerUi() throws IOException {
        Properties webjar = PropertiesLoaderUtils.loadProperties(
                new ClassPathResource("META-INF/maven/org.webjars/swagger-ui/pom.properties"));
        return "META-INF/resources/webjars/swagger-ui/" + webjar.getProperty("version") + "/";
    }
}
