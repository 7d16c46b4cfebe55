package dev.capstan.bridge.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DatasetCatalogueTest {

    @Test
    void everyBundledSetTellsItsLicenceCitationAndASecureAddress() {
        assertThat(DatasetCatalogue.bundled().datasets()).hasSizeGreaterThan(10).allSatisfy(dataset -> {
            assertThat(dataset.what()).isNotBlank();
            assertThat(dataset.citation()).isNotBlank();
            assertThat(dataset.address().getScheme()).isEqualTo("https");
        });
    }

    @Test
    void knowsTheAzureTraceByItsNameAndBytes() {
        Dataset code = DatasetCatalogue.bundled().find("azure-llm-2023-code");
        assertThat(code.fileName()).isEqualTo("AzureLLMInferenceTrace_code.csv");
        assertThat(code.sizeBytes()).hasValue(320_117);
        assertThat(code.sha256()).isPresent();
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        assertThatThrownBy(() -> DatasetCatalogue.bundled().find("azure"))
                .hasMessageContaining("there is no data set 'azure'. Known: azure-llm-2023-code, ");
    }

    @Test
    void refusesEntriesThatAreNotSafeToStore() {
        assertThatThrownBy(() -> dataset("../up", "https://host/file.csv")).hasMessageContaining("name must be");
        assertThatThrownBy(() -> dataset("a", "file:///etc/file.csv")).hasMessageContaining("http or https");
        assertThatThrownBy(() -> dataset("a", "https://host/..")).hasMessageContaining("plain file name");
        Dataset one = dataset("a", "https://host/file.csv");
        assertThatThrownBy(() -> new DatasetCatalogue(List.of(one, one))).hasMessageContaining("unique");
    }

    private static Dataset dataset(String name, String address) {
        return new Dataset(name, "w", "MIT", "c", URI.create(address), Optional.empty(), OptionalLong.empty());
    }
}
