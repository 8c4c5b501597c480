package dev.holdfast.lock.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** A token in a file that something else keeps fresh, as Kubernetes does with those of service accounts. */
final class TokenFile implements AccessToken {

    private record Content(FileTime written, String token) {}

    private final Path file;
    private volatile @Nullable Content content;

    TokenFile(Path file) {
        this.file = file;
    }

    @Override
    public String value() {
        try {
            FileTime written = Files.getLastModifiedTime(file);
            Content known = content;
            return known != null && known.written().equals(written) ? known.token() : read(written);
        } catch (IOException e) {
            throw new UncheckedIOException("No token: cannot read " + file, e);
        }
    }

    /** Reads it anew, as its time of change may be as coarse as a second. */
    @Override
    public boolean refused(String value) {
        content = null;
        return !value().equals(value);
    }

    private String read(FileTime written) throws IOException {
        String token = Files.readString(file).strip();
        content = new Content(written, token);
        return token;
    }
}
