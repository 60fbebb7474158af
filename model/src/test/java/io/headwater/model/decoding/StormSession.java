/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.util.ArrayList;
import java.util.List;

/** A session of a {@link Storm} and its log: what a gateway or a server would keep of it. */
final class StormSession {
    private static final SamplingOptions DRAWN =
            SamplingOptions.builder().temperature(1).build();

    private final long id;
    private final KvOptions kv;
    private final List<PastTurn> past = new ArrayList<>();
    private final List<BudgetEvent> budgets = new ArrayList<>();
    /** Of each turn its prompt, and its answer. */
    private final List<TokenIds> prompts = new ArrayList<>();

    private final List<TokenIds> answers = new ArrayList<>();
    private TokenIds log = TokenIds.of();
    private final List<Integer> told = new ArrayList<>();
    private int most;
    private boolean running;
    private String failure = "";

    StormSession(long id, KvOptions kv) {
        this.id = id;
        this.kv = kv;
    }

    long id() {
        return id;
    }

    KvOptions kv() {
        return kv;
    }

    boolean running() {
        return running;
    }

    int turns() {
        return answers.size();
    }

    int tokens() {
        return log.size();
    }

    List<BudgetEvent> budgets() {
        return budgets;
    }

    /** Why its last request was refused or failed; empty if none was. */
    String failure() {
        return failure;
    }

    /** Asks for an answer, in the storm. */
    void ask(DecodeLoop loop, TokenIds prompt, int answer) {
        prompts.add(prompt);
        log = log.plus(prompt.toArray());
        most = answer;
        running = true;
        told.clear();
        submit(loop);
    }

    /** The loop has died and another one is there: what was at work goes on after what has been told. */
    void resume(DecodeLoop loop) {
        if (running) {
            submit(loop);
        }
    }

    private void submit(DecodeLoop loop) {
        TokenIds asked = log;
        loop.submit(request(asked, most, past).told(ids(told)), event -> {
            switch (event) {
                case Prefilled _ -> {}
                case Token token -> {
                    if (token.index() != told.size()) {
                        throw new AssertionError(token + " after " + told.size() + " tokens");
                    }
                    told.add(token.token());
                }
                case BudgetChanged changed -> budgets.add(changed.event());
                case Scored _ -> throw new AssertionError("not scored");
                case Ended _ -> ended(asked);
                case Failed failed -> {
                    running = false;
                    failure = failed.failure() + ": " + failed.message();
                }
            }
        });
    }

    private static int[] ids(List<Integer> tokens) {
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    private Generate request(TokenIds asked, int answer, List<PastTurn> before) {
        TurnOptions turn = new TurnOptions(answer, List.of(), true);
        return new Generate(id, asked, 0, DRAWN, id, turn, true, kv, kv.full() ? List.of() : before, budgets);
    }

    private void ended(TokenIds asked) {
        running = false;
        TokenIds answer = TokenIds.of(ids(told));
        answers.add(answer);
        log = asked.plus(answer.toArray());
        if (!told.isEmpty()) {
            past.add(new PastTurn(asked.size(), log.size()));
        }
    }

    /** The first turn that a calm loop, given the log of budgets, answers in another way; −1 if there is none. */
    int differsIn(DecodeLoop calm) throws Exception {
        TokenIds so = TokenIds.of();
        List<PastTurn> before = new ArrayList<>();
        for (int turn = 0; turn < answers.size(); turn++) {
            so = so.plus(prompts.get(turn).toArray());
            TokenIds expected = answers.get(turn);
            Heard heard = Heard.run(calm, request(so, Math.max(1, expected.size()), before));
            if (expected.size() > 0 && !heard.ids().equals(expected)) {
                return turn;
            }
            int prompted = so.size();
            so = so.plus(expected.toArray());
            if (expected.size() > 0) {
                before.add(new PastTurn(prompted, so.size()));
            }
        }
        calm.release(id);
        return -1;
    }
}
