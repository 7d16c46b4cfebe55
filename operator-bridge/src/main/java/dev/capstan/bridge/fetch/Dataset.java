package dev.capstan.bridge.fetch;

import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * A public data set of one file.
 *
 * @param name short, of lower-case letters, digits and dashes
 * @param what contents, period and format in a sentence
 * @param licence under which it is published
 * @param citation whom to name
 * @param address where it lies, http or https
 * @param sha256 hash of its bytes in hex; empty where nobody has vouched for one
 * @param sizeBytes its length, where known
 */
public record Dataset(
        String name,
        String what,
        String licence,
        String citation,
        URI address,
        Optional<String> sha256,
        OptionalLong sizeBytes) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /** @throws IllegalArgumentException for a value out of range */
    public Dataset {
        require(NAME.matcher(name).matches(), "name must be of lower-case letters, digits and dashes", name);
        require(!licence.isBlank(), "licence must be told", licence);
        require(
                address.getScheme() != null && address.getScheme().matches("https?"),
                "address must be http or https",
                address.toString());
        require(
                FILE_NAME.matcher(fileName(address)).matches(),
                "address must end in a plain file name",
                address.toString());
        require(
                sha256.isEmpty() || SHA256.matcher(sha256.get()).matches(),
                "sha256 must be 64 lower-case hex digits",
                sha256.orElse(""));
        require(sizeBytes.orElse(1) > 0, "size_bytes must be above 0", sizeBytes.toString());
    }

    /** Name of the file, the last part of its address. */
    public String fileName() {
        return fileName(address);
    }

    private static String fileName(URI address) {
        String path = address.getPath() == null ? "" : address.getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static void require(boolean holds, String rule, String found) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", was '" + found + "'");
        }
    }
}
