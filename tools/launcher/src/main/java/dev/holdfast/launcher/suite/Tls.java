package dev.holdfast.launcher.suite;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * An authority made for one run, and a certificate by it: PEM texts, which are written as a Kubernetes Secret of that type
 * is mounted.
 */
public final class Tls {

    /** The names of the machine that a suite runs on. */
    private static final String HERE = "ip:127.0.0.1,dns:localhost";

    /** It protects nothing: the key store lives for a moment, in a folder that is its owner's alone. */
    private static final String PASSWORD = "changeit";

    private final byte[] keys;
    private final String authority;
    private final String certificate;
    private final String key;

    private Tls(byte[] keys) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(keys), PASSWORD.toCharArray());
        this.keys = keys.clone();
        this.authority = pem("CERTIFICATE", store.getCertificate("ca").getEncoded());
        this.certificate = pem("CERTIFICATE", store.getCertificate("tls").getEncoded());
        this.key =
                pem("PRIVATE KEY", store.getKey("tls", PASSWORD.toCharArray()).getEncoded());
    }

    /** An authority of its own, with a certificate for this machine. */
    public static Tls here() {
        return made(keys -> {
            pair(keys, "ca", "-dname", "CN=Holdfast of one run", "-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign");
            pair(keys, "tls", "-dname", "CN=holdfast", "-signer", "ca", "-ext", "san=" + HERE);
        });
    }

    /** The same authority, with a certificate for another host. */
    public Tls elsewhere(String host) {
        return made(keys -> {
            Files.write(keys, this.keys);
            keytool(keys, "-delete", "-alias", "tls");
            pair(keys, "tls", "-dname", "CN=holdfast", "-signer", "ca", "-ext", "san=dns:" + host);
        });
    }

    @FunctionalInterface
    private interface Making {
        void into(Path keys) throws IOException;
    }

    private static Tls made(Making making) {
        try {
            Path folder = Files.createTempDirectory("holdfast-tls");
            try {
                Path keys = folder.resolve("keys.p12");
                making.into(keys);
                return new Tls(Files.readAllBytes(keys));
            } finally {
                Folders.delete(folder);
            }
        } catch (IOException | GeneralSecurityException failure) {
            throw new StartFailure("No certificates can be made: " + failure.getMessage(), failure);
        }
    }

    public String certificate() {
        return certificate;
    }

    public String key() {
        return key;
    }

    private static void pair(Path keys, String alias, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("-genkeypair", "-alias", alias, "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30"));
        arguments.addAll(List.of(more));
        keytool(keys, arguments.toArray(String[]::new));
    }

    private static void keytool(Path keys, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.add(
                0, Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-keystore", keys.toString(), "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(said.strip());
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupt);
        }
    }

    private static String pem(String type, byte[] content) {
        String lines = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, lines, type);
    }

    /** Where those of a run are. */
    public static Path folder(Path runFolder) {
        return runFolder.resolve("tls");
    }

    /** Writes them for the parts of a run. The key is its owner's alone. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("ca.crt"), authority);
        Files.writeString(folder.resolve("tls.crt"), certificate);
        Path file = folder.resolve("tls.key");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, key);
    }

    /** Trusts the authority of a run, if it has one, in all that this program connects to from now on, and no other. */
    public static void trust(Path runFolder) throws IOException {
        Path authority = folder(runFolder).resolve("ca.crt");
        if (Files.exists(authority)) {
            trustOnly(Files.readString(authority));
        }
    }

    /** Trusts this authority in all that this program connects to from now on, and no other. */
    void trust() {
        try {
            trustOnly(authority);
        } catch (IOException failure) {
            throw new StartFailure("The run's certificates cannot be used.", failure);
        }
    }

    private static void trustOnly(String authority) throws IOException {
        try (InputStream pem = new ByteArrayInputStream(authority.getBytes(US_ASCII))) {
            Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(pem);
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("ca", certificate);
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trusted.getTrustManagers(), null);
            SSLContext.setDefault(context);
        } catch (GeneralSecurityException failure) {
            throw new IOException("The run's certificates cannot be used", failure);
        }
    }

    /** Goes on over TLS, and verifies who answers. */
    static SSLSocket over(Socket socket, URI uri) throws IOException {
        try {
            var tls = (SSLSocket)
                    SSLContext.getDefault().getSocketFactory().createSocket(socket, uri.getHost(), uri.getPort(), true);
            SSLParameters verified = tls.getSSLParameters();
            verified.setEndpointIdentificationAlgorithm("HTTPS");
            tls.setSSLParameters(verified);
            return tls;
        } catch (GeneralSecurityException failure) {
            throw new IOException("There is no TLS", failure);
        }
    }
}
