/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.util.LinkedHashMap;
import java.util.Map;

/** A header as an Arrow schema's metadata, where any reader can see it. */
final class HeaderText {
    private static final String PREFIX = "headwater.";
    private static final String FORMAT = PREFIX + "snapshot";

    private final String name;
    private final Map<String, String> metadata;

    private HeaderText(String name, Map<String, String> metadata) {
        this.name = name;
        this.metadata = metadata;
    }

    static Map<String, String> of(SnapshotHeader header) {
        Map<String, String> text = new LinkedHashMap<>();
        text.put(FORMAT, Integer.toString(header.format()));
        put(text, "arithmetic", header.arithmetic());
        text.put(PREFIX + "model", header.origin().model());
        text.put(PREFIX + "session", header.origin().session());
        put(text, "log_offset", header.origin().logOffset());
        put(text, "position", header.at().position());
        put(text, "since_change", header.at().sinceChange());
        put(text, "context_length", header.at().contextLength());
        text.put(PREFIX + "policy", header.kv().policy().text());
        put(text, "budget", header.kv().budget());
        put(text, "interval", header.kv().interval());
        put(text, "prefill_limit", header.kv().prefillLimit());
        HeadRange heads = header.heads();
        text.put(PREFIX + "kv_type", heads.layout().type().name());
        put(text, "head_dim", heads.layout().headDim());
        put(text, "group_size", heads.groupSize());
        put(text, "layers", heads.nLayers());
        put(text, "kv_heads", heads.nKvHeads());
        put(text, "kv_heads_from", heads.from());
        put(text, "kv_heads_to", heads.to());
        return text;
    }

    private static void put(Map<String, String> text, String key, long value) {
        text.put(PREFIX + key, Long.toString(value));
    }

    /** The format first: another one may have other keys. */
    static SnapshotHeader parse(String name, Map<String, String> metadata) throws SnapshotException {
        HeaderText text = new HeaderText(name, metadata);
        int format = text.whole("snapshot");
        if (format != SnapshotHeader.FORMAT) {
            throw SnapshotException.damaged(
                    name,
                    "a snapshot of format " + format + ", this version of Headwater reads " + SnapshotHeader.FORMAT);
        }
        try {
            return text.header(format);
        } catch (PolicyException | IllegalArgumentException e) {
            throw SnapshotException.damaged(name, "its header makes no sense here (" + e.getMessage() + ")", e);
        }
    }

    private SnapshotHeader header(int format) throws SnapshotException, PolicyException {
        return new SnapshotHeader(
                format,
                whole("arithmetic"),
                new SnapshotOrigin(word("model"), word("session"), number("log_offset")),
                new SequencePoint(whole("position"), whole("since_change"), whole("context_length")),
                new KvOptions(
                        KvPolicy.parse(word("policy")), whole("budget"), whole("interval"), whole("prefill_limit")),
                new HeadRange(
                        new KvLayout(whole("head_dim"), KvType.valueOf(word("kv_type"))),
                        whole("group_size"),
                        whole("layers"),
                        whole("kv_heads"),
                        whole("kv_heads_from"),
                        whole("kv_heads_to")));
    }

    private String word(String key) throws SnapshotException {
        String value = metadata.get(PREFIX + key);
        if (value == null) {
            throw SnapshotException.damaged(name, "its header has no " + PREFIX + key);
        }
        return value;
    }

    private long number(String key) throws SnapshotException {
        String value = word(key);
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw SnapshotException.damaged(name, "its header's " + PREFIX + key + " is \"" + value + "\"", e);
        }
    }

    private int whole(String key) throws SnapshotException {
        long value = number(key);
        if (value != (int) value) {
            throw SnapshotException.damaged(name, "its header's " + PREFIX + key + " is " + value);
        }
        return (int) value;
    }
}
