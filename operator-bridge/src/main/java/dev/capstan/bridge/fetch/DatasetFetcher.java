package dev.capstan.bridge.fetch;

import dev.capstan.trace.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Downloads data sets into a cache folder, {@code <cache>/<name>/<file>}. Bytes go to a file {@code .part} beside; only
 * when length and SHA-256 are right is it moved to its name in one step. A download that breaks off is taken up again
 * where it ended, within a call and in the next one, if the catalogue has a hash to prove the result. Without one only
 * the length that the server tells is verified.
 */
public final class DatasetFetcher {

    private static final int ATTEMPTS = 4;
    private static final int PARTIAL_CONTENT = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final Path cacheFolder;
    private final LicenceNotice notice;
    private final Duration pause;
    private final Duration timeout;
    private final HttpClient http;

    /**
     * @param cacheFolder made where it is missing
     * @param notice asked before the first byte of each data set that is not in the cache
     * @param pause between attempts
     * @param timeout for connecting and for the beginning of an answer
     */
    public DatasetFetcher(Path cacheFolder, LicenceNotice notice, Duration pause, Duration timeout) {
        this.cacheFolder = cacheFolder;
        this.notice = notice;
        this.pause = pause;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
    }

    /**
     * The file of a data set: from the cache where it lies there whole, else downloaded.
     *
     * @throws FetchException if the licence was declined, the server has no such file, breaks off four times, or what it
     *     sends has another length or hash than the catalogue says
     */
    public Path fetch(Dataset dataset) {
        Path file = cacheFolder.resolve(dataset.name()).resolve(dataset.fileName());
        Path part = file.resolveSibling(dataset.fileName() + ".part");
        try {
            if (Files.exists(file) && isWhole(file, dataset)) {
                return file;
            }
            if (!notice.accepts(dataset)) {
                throw new FetchException(
                        "the licence of " + dataset.name() + " was declined: " + dataset.licence(), null);
            }
            Files.createDirectories(file.getParent());
            if (dataset.sha256().isEmpty()) {
                Files.deleteIfExists(part);
            }
            boolean resumed = downloadWithRetries(dataset, part);
            if (resumed && !isWhole(part, dataset)) {
                // The beginning may stem from another version: take all of it anew, once.
                Files.delete(part);
                downloadWithRetries(dataset, part);
            }
            verify(dataset, part);
            move(part, file);
            return file;
        } catch (IOException e) {
            throw new FetchException(file + " cannot be written (" + e + "). Maybe the disk is full.", e);
        }
    }

    /** Fills {@code part}; true if some of it was there before. */
    private boolean downloadWithRetries(Dataset dataset, Path part) throws IOException {
        boolean resumed = false;
        for (int attempt = 1; ; attempt++) {
            try {
                resumed |= download(dataset, part);
                return resumed;
            } catch (BrokenOffException e) {
                if (attempt == ATTEMPTS) {
                    throw new FetchException(
                            dataset.address() + " broke off " + ATTEMPTS + " times, last: " + e.getMessage()
                                    + ". Maybe try again later: what is there is kept.",
                            e);
                }
                if (dataset.sha256().isEmpty()) {
                    Files.deleteIfExists(part);
                }
                rest();
            }
        }
    }

    private boolean download(Dataset dataset, Path part) throws IOException, BrokenOffException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        if (have > 0 && have == dataset.sizeBytes().orElse(-1)) {
            return true;
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(dataset.address()).timeout(timeout);
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-");
        }
        HttpResponse<InputStream> response = send(request.build());
        try (InputStream body = response.body()) {
            int status = response.statusCode();
            if (have > 0 && status == RANGE_NOT_SATISFIABLE) {
                Files.delete(part);
                throw new BrokenOffException("the server has no bytes from " + have + " on", null);
            }
            boolean resumed = have > 0 && status == PARTIAL_CONTENT && startsAt(response, have);
            if (status != 200 && !resumed) {
                throw refused(response.uri(), status);
            }
            long offset = resumed ? have : 0;
            write(body, part, offset, dataset);
            long told = response.headers().firstValueAsLong("Content-Length").orElse(-1);
            long got = Files.size(part) - offset;
            if (told >= 0 && got != told) {
                throw new BrokenOffException("the server told " + told + " bytes and sent " + got, null);
            }
            return resumed;
        }
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws BrokenOffException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new BrokenOffException("no answer (" + e + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException(request.uri() + " was interrupted", e);
        }
    }

    private static boolean startsAt(HttpResponse<?> response, long offset) {
        return response.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + offset + "-");
    }

    private static FetchException refused(URI address, int status) throws BrokenOffException {
        if (status >= 500) {
            throw new BrokenOffException("HTTP " + status, null);
        }
        return new FetchException(
                address + " answers HTTP " + status + ", expected 200. Maybe the file has moved: look at its project's"
                        + " page.",
                null);
    }

    /** Appends the body from {@code offset} on; stops one byte beyond the length that is expected. */
    private static void write(InputStream body, Path part, long offset, Dataset dataset)
            throws IOException, BrokenOffException {
        long room = dataset.sizeBytes().orElse(Long.MAX_VALUE - 1) + 1 - offset;
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                offset > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING)) {
            while (room > 0) {
                int length;
                try {
                    length = body.read(buffer, 0, (int) Math.min(buffer.length, room));
                } catch (IOException e) {
                    throw new BrokenOffException("the connection ended early (" + e.getMessage() + ")", e);
                }
                if (length < 0) {
                    return;
                }
                out.write(buffer, 0, length);
                room -= length;
            }
        }
        Files.delete(part);
        throw new FetchException(
                dataset.address() + " sends more than the "
                        + dataset.sizeBytes().orElse(0)
                        + " bytes of the catalogue. Maybe it is a newer version, or a page of a proxy. Nothing was kept.",
                null);
    }

    private static void verify(Dataset dataset, Path part) throws IOException {
        long size = Files.size(part);
        String sha256 = Sha256.of(part);
        if (dataset.sizeBytes().orElse(size) != size
                || !dataset.sha256().orElse(sha256).equals(sha256)) {
            Files.delete(part);
            throw new FetchException(
                    dataset.address() + " gave " + size + " bytes with SHA-256 " + sha256 + ", the catalogue says "
                            + (dataset.sizeBytes().isPresent()
                                    ? dataset.sizeBytes().getAsLong() + " bytes with "
                                    : "")
                            + dataset.sha256().orElse("no hash")
                            + ". Maybe it is a newer version, or a page of a proxy. Nothing was kept.",
                    null);
        }
    }

    private static boolean isWhole(Path file, Dataset dataset) throws IOException {
        return Files.size(file) == dataset.sizeBytes().orElse(Files.size(file))
                && (dataset.sha256().isEmpty() || dataset.sha256().get().equals(Sha256.of(file)));
    }

    private static void move(Path part, Path file) throws IOException {
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void rest() {
        CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS))
                .join();
    }

    /** A fault after which another attempt may help. */
    private static final class BrokenOffException extends Exception {

        private static final long serialVersionUID = 1L;

        BrokenOffException(String problem, @Nullable Throwable cause) {
            super(problem, cause);
        }
    }
}
