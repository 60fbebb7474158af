/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class WishTest {
    @Test
    void whatIsWrittenIsReadAndFitsItsColumn() {
        for (Wish wish :
                List.of(Wish.cancel("s", 3), Wish.cancel("s", 123_456_789), Wish.release("s"), Wish.heard("s"))) {
            assertThat(Wish.read("s", wish.text())).contains(wish);
            assertThat(wish.text()).hasSizeLessThanOrEqualTo(16);
        }
        assertThat(Wish.cancel("s", 3).text()).isEqualTo("CANCEL:3");
    }

    @Test
    void whatAnotherVersionMayWantIsNothing() {
        for (String text : List.of("", "CANCEL", "CANCEL:x", "CANCEL:0", "HEARD:1", "SING")) {
            assertThat(Wish.read("s", text)).as(text).isEmpty();
        }
    }
}
