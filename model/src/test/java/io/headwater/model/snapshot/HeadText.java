/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.tensors.kernels.EntryMembers;
import io.headwater.tensors.kernels.KvLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** All that a head has, to compare. */
final class HeadText {
    private HeadText() {}

    static List<String> of(HeadCache head) {
        List<String> text = new ArrayList<>();
        KvLayout layout = head.layout();
        for (int entry = 0; entry < head.length(); entry++) {
            StringBuilder line = new StringBuilder(head.position(entry) + ":");
            for (int d = 0; d < layout.headDim(); d++) {
                long block = head.block(entry / KvLayout.BLOCK_ENTRIES);
                int within = entry % KvLayout.BLOCK_ENTRIES;
                line.append(' ').append(bits(layout.key(head.memory(), block, within, d)));
                line.append(' ').append(bits(layout.value(head.memory(), block, within, d)));
            }
            float[] bias = head.bias();
            line.append(" bias ").append(bias == null ? "none" : bits(bias[entry]));
            line.append(" sum ").append(bits(head.columnSum(entry)));
            text.add(line.toString());
        }
        EntryMembers members = head.members();
        for (int i = 0; members != null && i < members.count(); i++) {
            text.add("member " + members.entry(i) + " " + bits(members.ratio(i)));
        }
        text.add("queries " + Arrays.toString(head.windowQueries()));
        return text;
    }

    private static String bits(float value) {
        return Integer.toHexString(Float.floatToRawIntBits(value));
    }
}
