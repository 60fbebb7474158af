/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.saved.CacheShelf.Saved;
import java.util.List;

/**
 * A session's open sequence, the tokens of which the first {@code position} are in its cache, and where the cache has changed shape on the way: it
 * cannot be taken back, so only a log with the same changes goes on from it. Owned by the decode loop.
 */
final class SessionCache {
    private long session;
    private long shelf;
    private final Sequence sequence;
    private final ChangeLog changed;
    private ChangePoints changes;
    private BudgetLog budgets;
    private Repeating repeating;
    private TokenLog log;

    /** Tokens that its newest snapshot has read. */
    private int savedAt;

    /** An empty one. */
    SessionCache(DecodeRequest owner, Sequence sequence, TokenLog log, Course course) {
        this(owner, sequence, log, course, new ChangeLog());
    }

    /** One that comes from the shelf and has changed there. */
    SessionCache(DecodeRequest owner, Sequence sequence, TokenLog log, Course course, ChangeLog changed) {
        this.changes = course.changes();
        this.budgets = course.budgets();
        this.repeating = course.repeating();
        this.changed = changed;
        this.savedAt = sequence.position();
        this.session = owner.session();
        this.shelf = owner.shelf();
        this.sequence = sequence;
        this.log = log;
    }

    long session() {
        return session;
    }

    /** By what it is known where it is put away. */
    long shelf() {
        return shelf;
    }

    /** Whether it may be put away. */
    boolean mayBeSaved() {
        return shelf != DecodeRequest.NO_SHELF;
    }

    Sequence sequence() {
        return sequence;
    }

    TokenLog log() {
        return log;
    }

    /** For a request that it {@link #leadsTo}, of this session or, when it belonged to nobody, of another one. */
    void goOnWith(DecodeRequest owner, TokenLog longer, Course further) {
        savedAt = owner.session() == session ? savedAt : 0;
        session = owner.session();
        shelf = owner.shelf();
        log = longer;
        changes = further.changes();
        budgets = further.budgets();
        repeating = further.repeating();
    }

    /** The position at which the cache changes next; rows on both sides of it never share a step. */
    int nextChange() {
        return changes.next(position(), changed.last());
    }

    /**
     * Where a run of this session's tokens ends at the latest: at the next change or budget event, or before a change's last token, where a reconstruction
     * comes first.
     */
    int runEnd() {
        int change = Math.min(repeating.end(nextChange()), budgets.position(changed.events()));
        int staged = changes.stagedFrom(position(), changed.last());
        return staged > position() ? Math.min(change, staged) : change;
    }

    /** Whether all tokens up to the next change are read by stages, from here on: their rows have steps of their own. */
    boolean stagesDue() {
        return changes.stagedFrom(position(), changed.last()) == position()
                && budgets.position(changed.events()) >= nextChange();
    }

    /** Adds rows of that to a step; returns how many. Logits are wanted of all tokens from {@code firstWanted} on, none of them before the last of these. */
    int addStaged(StepBatch step, int most, int firstWanted) {
        return step.addStaged(sequence, log.array(), nextChange(), most, nextChange() > firstWanted ? 1 : 0);
    }

    /** Whether the session's log has another budget from here on: a step of its own puts it into force, before anything else is read. */
    boolean budgetDue() {
        return budgets.position(changed.events()) == position();
    }

    /** Adds that to a step. */
    void addBudget(StepBatch step) {
        step.addBudget(sequence, budgets.get(changed.events()).budget());
    }

    /**
     * Whether another budget may be decided on here: not before what has been told, nor where later ones are known, nor in the middle of a reconstruction or
     * of stages.
     */
    boolean mayChangeBudget() {
        return !options().full() && budgets.open(position(), changed.events()) && !unsettled();
    }

    /** One that was decided on is in force. */
    void changedBudget(int budget) {
        BudgetEvent event = new BudgetEvent(position(), budget);
        changed.add(event);
        savedAt = savedAt == position()
                ? 0
                : savedAt; // what was saved here has not changed yet, so nobody goes on from it
        budgets.decided(event);
    }

    /** All that the session's log knows of. */
    List<BudgetEvent> budgets() {
        return budgets.all();
    }

    /** As it was asked for. */
    KvOptions options() {
        return sequence.options();
    }

    /** The budget that is in force; 0 for a full cache. */
    int budget() {
        return sequence.inForce().budget();
    }

    /** Entries of a head, in the mean. */
    int held() {
        return sequence.meanHead();
    }

    /** Tokens since it changed last. */
    int sinceChange() {
        return position() - changed.last();
    }

    /** Adds rows of a reconstruction to a step, if one is under way or due; returns how many. */
    int addRepeated(StepBatch step, int most) {
        return repeating.add(step, sequence, log, nextChange(), changed, most);
    }

    /**
     * Whether a reconstruction or a segment that is read by stages is under way, or a reconstruction is done for a change that is still to come: nobody else
     * can go on from here.
     */
    boolean unsettled() {
        return sequence.staging() || repeating.ahead(nextChange());
    }

    /** A step with a run of this session is done. */
    void stepped(StepBatch step, int run) {
        if (step.changesBudgets()) {
            changed.add(budgets.get(changed.events()));
        } else if (step.repeats(run)) {
            repeating.stepped(step.rowsOf(run), nextChange());
        } else if (step.changesAfter(run)) {
            int staged = changes.stagedFrom(position() - 1, changed.last());
            changed.add(position(), step.staged() ? staged : ChangePoints.NEVER);
        }
    }

    /** Tokens of the session that the cache holds. */
    int position() {
        return sequence.position() - sequence.repeated();
    }

    /** Whether a log goes on from here: it begins with what the cache holds, and at most {@code most} of it is past. */
    boolean leadsTo(TokenIds known, int most, Course further) {
        return position() <= most
                && log.begins(known, position())
                && further.changes().options().equals(sequence.options())
                && changed.agreesWith(further.changes(), further.budgets(), position())
                && !further.changes().splitsStages(position(), changed.last());
    }

    /** Where it has changed shape. */
    ChangeLog changed() {
        return changed;
    }

    /** Whether nothing in it depends on where turns ended. */
    boolean uncompressed() {
        return sequence.options().full() && changed.count() == 0;
    }

    /** As it is known on the shelf. */
    Saved saved() {
        return new Saved(position(), CacheDigest.of(log, position(), changed));
    }

    /** Tokens that it has read since it was saved. */
    int unsaved() {
        return position() - savedAt;
    }

    void isSaved() {
        savedAt = position();
    }

    SequenceFigures figures(EngineStatistics before, EngineStatistics now) {
        return new SequenceFigures(
                position(),
                sequence.kvBytes(),
                sequence.peakKvBytes(),
                sequence.kvScoreBytes(),
                sequence.kvFullBytes(),
                sequence.headEntries(),
                sequence.represented(),
                changed.count() - changed.events(),
                budget(),
                changed.events(),
                sequence.rebasings(),
                now.compressionNanos() - before.compressionNanos(),
                now.columnSumNanos() - before.columnSumNanos(),
                now.exchangeNanos() - before.exchangeNanos(),
                now.exchangeBytes() - before.exchangeBytes());
    }
}
