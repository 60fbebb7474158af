/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.TokenIds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Requests and events as CBOR inside of messages: their module knows nothing of Jackson, so what Jackson must know of them stands here. Token ids
 * are bytes, four each; a policy is its canonical text.
 */
final class DecodingCodec {
    private static final ObjectMapper MAPPER = CBORMapper.builder()
            .visibility(PropertyAccessor.FIELD, Visibility.ANY)
            .addMixIn(DecodeRequest.class, Requests.class)
            .addMixIn(DecodeEvent.class, Events.class)
            .addModule(new SimpleModule()
                    .addSerializer(KvPolicy.class, new PolicyOut())
                    .addDeserializer(KvPolicy.class, new PolicyIn())
                    .addSerializer(TokenIds.class, new IdsOut())
                    .addDeserializer(TokenIds.class, new IdsIn()))
            .build();

    private static final TypeReference<List<DecodeEvent>> EVENTS = new TypeReference<>() {};

    private DecodingCodec() {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = DecodeRequest.Generate.class, name = "generate"),
        @JsonSubTypes.Type(value = DecodeRequest.Score.class, name = "score")
    })
    private interface Requests {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = DecodeEvent.Prefilled.class, name = "prefilled"),
        @JsonSubTypes.Type(value = DecodeEvent.Token.class, name = "token"),
        @JsonSubTypes.Type(value = DecodeEvent.BudgetChanged.class, name = "budget"),
        @JsonSubTypes.Type(value = DecodeEvent.Scored.class, name = "scored"),
        @JsonSubTypes.Type(value = DecodeEvent.Ended.class, name = "ended"),
        @JsonSubTypes.Type(value = DecodeEvent.Failed.class, name = "failed")
    })
    private interface Events {}

    static final class RequestOut extends StdSerializer<DecodeRequest> {
        private static final long serialVersionUID = 1;

        RequestOut() {
            super(DecodeRequest.class);
        }

        @Override
        public void serialize(DecodeRequest request, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            out.writeBinary(MAPPER.writerFor(DecodeRequest.class).writeValueAsBytes(request));
        }
    }

    static final class RequestIn extends StdDeserializer<DecodeRequest> {
        private static final long serialVersionUID = 1;

        RequestIn() {
            super(DecodeRequest.class);
        }

        @Override
        public DecodeRequest deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return MAPPER.readValue(in.getBinaryValue(), DecodeRequest.class);
        }
    }

    static final class EventsOut extends StdSerializer<List<DecodeEvent>> {
        private static final long serialVersionUID = 1;

        EventsOut() {
            super(List.class, false);
        }

        @Override
        public void serialize(List<DecodeEvent> events, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            out.writeBinary(MAPPER.writerFor(EVENTS).writeValueAsBytes(events));
        }
    }

    static final class EventsIn extends StdDeserializer<List<DecodeEvent>> {
        private static final long serialVersionUID = 1;

        EventsIn() {
            super(List.class);
        }

        @Override
        public List<DecodeEvent> deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return MAPPER.readValue(in.getBinaryValue(), EVENTS);
        }
    }

    private static final class PolicyOut extends StdSerializer<KvPolicy> {
        private static final long serialVersionUID = 1;

        PolicyOut() {
            super(KvPolicy.class);
        }

        @Override
        public void serialize(KvPolicy policy, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(policy.text());
        }
    }

    private static final class PolicyIn extends StdDeserializer<KvPolicy> {
        private static final long serialVersionUID = 1;

        PolicyIn() {
            super(KvPolicy.class);
        }

        @Override
        public KvPolicy deserialize(JsonParser in, DeserializationContext context) throws IOException {
            String text = in.getText();
            try {
                return KvPolicy.parse(text);
            } catch (PolicyException e) {
                throw context.weirdStringException(text, KvPolicy.class, String.valueOf(e.getMessage()));
            }
        }
    }

    private static final class IdsOut extends StdSerializer<TokenIds> {
        private static final long serialVersionUID = 1;

        IdsOut() {
            super(TokenIds.class);
        }

        @Override
        public void serialize(TokenIds ids, JsonGenerator out, SerializerProvider provider) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * ids.size());
            for (int i = 0; i < ids.size(); i++) {
                bytes.putInt(ids.get(i));
            }
            out.writeBinary(bytes.array());
        }
    }

    private static final class IdsIn extends StdDeserializer<TokenIds> {
        private static final long serialVersionUID = 1;

        IdsIn() {
            super(TokenIds.class);
        }

        @Override
        public TokenIds deserialize(JsonParser in, DeserializationContext context) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(in.getBinaryValue());
            int[] ids = new int[bytes.remaining() / Integer.BYTES];
            bytes.asIntBuffer().get(ids);
            return TokenIds.of(ids);
        }
    }
}
