package dev.capstan.spark;

import dev.capstan.sim.sweep.SweepEngine;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** A master and workers of Spark with a processor each, all of them processes, on free ports of the loopback. */
final class StandaloneCluster implements AutoCloseable {

    private static final String LOOPBACK = InetAddress.getLoopbackAddress().getHostAddress();
    private static final Pattern MASTER_IS_UP = Pattern.compile("Starting Spark master at (spark://\\S+)");
    private static final Pattern WORKER_IS_KNOWN = Pattern.compile("Successfully registered with master");
    private static final long PATIENCE_SECONDS = 60;

    /** @param ready the line that says so */
    private record Daemon(Process process, CompletableFuture<Matcher> ready) {

        Matcher await() throws IOException {
            try {
                return ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IOException("a daemon of Spark did not start", e);
            }
        }
    }

    private final Path home;
    private final List<Path> own = new ArrayList<>();
    private final List<Process> processes = new CopyOnWriteArrayList<>();
    private final List<Process> workers = new ArrayList<>();
    private final String master;

    /** @param folder for an installation of Spark, made of links to the jars of the class path */
    StandaloneCluster(Path folder, int workers) throws IOException {
        home = folder;
        Path jars = Files.createDirectories(home.resolve("jars"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            // The build has a module as a folder, or as a jar beside that.
            if (Files.isDirectory(path)) {
                own.add(jar(path, home.resolve("own" + own.size() + ".jar")));
            } else if (Files.isDirectory(path.resolveSibling("classes")) || entry.contains("parquet-floor")) {
                // The library brings stubs of Hadoop's classes; an installation of Spark has none.
                own.add(path);
            } else {
                Files.createSymbolicLink(jars.resolve(path.getFileName()), path);
            }
        }
        // For a virtual machine that is told to end before the test does.
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
        master = start(MASTER_IS_UP, "org.apache.spark.deploy.master.Master")
                .await()
                .group(1);
        List<Daemon> daemons = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            daemons.add(start(
                    WORKER_IS_KNOWN,
                    "org.apache.spark.deploy.worker.Worker",
                    "--cores",
                    "1",
                    "--memory",
                    "1g",
                    "--work-dir",
                    home.resolve("work").toString(),
                    master));
        }
        for (Daemon daemon : daemons) {
            daemon.await();
            this.workers.add(daemon.process());
        }
    }

    /** An engine whose executors get what is not Spark's from it, as from the launcher. */
    SweepEngine connect() throws IOException {
        Map<String, String> settings = Map.of(
                "spark.driver.host",
                LOOPBACK,
                "spark.driver.bindAddress",
                LOOPBACK,
                "spark.executor.memory",
                "512m",
                "spark.executor.extraJavaOptions",
                "-XX:TieredStopAtLevel=1",
                "spark.jars",
                own.stream().map(Path::toString).collect(Collectors.joining(",")));
        settings.forEach(System::setProperty);
        try {
            return SparkEngine.open(master);
        } finally {
            settings.keySet().forEach(System::clearProperty);
        }
    }

    /** As if the power of the machine had failed. */
    void lose(int worker) {
        kill(workers.get(worker));
    }

    /** Takes the links away too, so that whoever deletes the folder does not follow them. */
    @Override
    public void close() throws IOException {
        kill();
        try (Stream<Path> links = Files.list(home.resolve("jars"))) {
            for (Path link : links.toList()) {
                Files.delete(link);
            }
        }
    }

    private void kill() {
        processes.forEach(StandaloneCluster::kill);
    }

    private static void kill(Process process) {
        List<ProcessHandle> executors = process.descendants().toList();
        process.destroyForcibly();
        executors.forEach(ProcessHandle::destroyForcibly);
    }

    private static Path jar(Path classes, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        return jar;
    }

    private Daemon start(Pattern ready, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dspark.master.rest.enabled=false",
                "-cp",
                home.resolve("jars") + File.separator + "*",
                program,
                "--host",
                LOOPBACK,
                "--port",
                "0",
                "--webui-port",
                "0"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", LOOPBACK);
        Process process = builder.start();
        processes.add(process);
        CompletableFuture<Matcher> line = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(process, ready, line));
        reader.setDaemon(true);
        reader.start();
        return new Daemon(process, line);
    }

    /** Reads on to the end, so that the process can write. */
    private static void read(Process process, Pattern ready, CompletableFuture<Matcher> found) {
        StringBuilder all = new StringBuilder();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                Matcher matcher = ready.matcher(line);
                if (matcher.find()) {
                    found.complete(matcher);
                }
                all.append(line).append('\n');
            }
            found.completeExceptionally(new IllegalStateException("it ended:\n" + all));
        } catch (IOException e) {
            found.completeExceptionally(e);
        }
    }
}
