/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.model.decoding.TokenIds;
import io.headwater.sessions.log.SessionEvent.Asked;
import io.headwater.sessions.log.SessionEvent.Budgeted;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import java.io.IOException;

/** Events as rows of the log: a kind, and JSON with the names of the records' components. A policy is its canonical text, with every option. */
final class EventCodec {
    private static final int OPENED = 1;
    private static final int ASKED = 2;
    private static final int SAMPLED = 3;
    private static final int TURN_ENDED = 4;
    private static final int BUDGETED = 5;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .visibility(PropertyAccessor.ALL, Visibility.NONE)
            .visibility(PropertyAccessor.FIELD, Visibility.ANY)
            .visibility(PropertyAccessor.CREATOR, Visibility.ANY)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .addModule(new SimpleModule()
                    .addSerializer(KvPolicy.class, new PolicyOut())
                    .addDeserializer(KvPolicy.class, new PolicyIn())
                    .addSerializer(TokenIds.class, new IdsOut())
                    .addDeserializer(TokenIds.class, new IdsIn()))
            .build();

    private EventCodec() {}

    static int kind(SessionEvent event) {
        return switch (event) {
            case Opened _ -> OPENED;
            case Asked _ -> ASKED;
            case Sampled _ -> SAMPLED;
            case TurnEnded _ -> TURN_ENDED;
            case Budgeted _ -> BUDGETED;
        };
    }

    static String write(SessionEvent event) {
        try {
            return MAPPER.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("this event has no JSON form: " + event, e);
        }
    }

    static SessionEvent read(int kind, String data) throws UnreadableEventException {
        try {
            return switch (kind) {
                case OPENED -> MAPPER.readValue(data, Opened.class);
                case ASKED -> MAPPER.readValue(data, Asked.class);
                case SAMPLED -> MAPPER.readValue(data, Sampled.class);
                case TURN_ENDED -> MAPPER.readValue(data, TurnEnded.class);
                case BUDGETED -> MAPPER.readValue(data, Budgeted.class);
                default ->
                    throw new UnreadableEventException(
                            "the log has an event of kind " + kind + ": a newer Headwater wrote it");
            };
        } catch (JsonProcessingException e) {
            throw new UnreadableEventException(
                    "the log has an event of kind " + kind + " that cannot be read: " + e.getOriginalMessage(), e);
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
            int[] all = ids.toArray();
            out.writeArray(all, 0, all.length);
        }
    }

    private static final class IdsIn extends StdDeserializer<TokenIds> {
        private static final long serialVersionUID = 1;

        IdsIn() {
            super(TokenIds.class);
        }

        @Override
        public TokenIds deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return TokenIds.of(in.readValueAs(int[].class));
        }
    }
}
