package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.trace.RandomStream;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TournamentProperties {

    @Property(tries = 300, seed = "1")
    void isWonByTheFirstOfTheLeast(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 100) int indices,
            @ForAll @IntRange(min = 1, max = 20) int distinct) {
        RandomStream random = RandomStream.named(seed, "keys");
        Tournament tournament = new Tournament();
        long[] keys = new long[indices];
        Arrays.fill(keys, Tournament.NONE);
        for (int change = 0; change < 300; change++) {
            int index = random.nextInt(indices);
            keys[index] = random.nextInt(5) == 0 ? Tournament.NONE : random.nextInt(distinct);
            tournament.set(index, keys[index]);

            int first = 0;
            for (int i = 1; i < indices; i++) {
                first = keys[i] < keys[first] ? i : first;
            }
            assertThat(tournament.firstKey()).isEqualTo(keys[first]);
            if (keys[first] != Tournament.NONE) {
                assertThat(tournament.first()).isEqualTo(first);
            }
        }
    }
}
