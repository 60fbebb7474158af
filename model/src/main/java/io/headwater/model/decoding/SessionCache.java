/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.saved.CacheShelf.Saved;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session's open sequence, the tokens of which the first {@code position} are in its cache, and where the cache has changed shape on the way: it
 * cannot be taken back, so only a log with the same changes goes on from it. Owned by the decode loop.
 */
final class SessionCache {
    private long session;
    private long shelf;
    private final Sequence sequence;
    private final ChangeLog changed;
    private final boolean waitsForIdle;
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
        this.waitsForIdle = sequence.options().policy().waitsForIdle();
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

    /**
     * For a request that it {@link #leadsTo}, of this session or, when it belonged to nobody, of another one; it hears of the events that it does not have.
     */
    void goOnWith(DecodeRequest owner, TokenLog longer, Course further) {
        savedAt = owner.session() == session ? savedAt : 0;
        session = owner.session();
        shelf = owner.shelf();
        log = longer;
        changes = further.changes();
        budgets = further.budgets();
        repeating = further.repeating();
        for (int i = budgets.all().size(); i < changed.events(); i++) {
            budgets.decided(changed.event(i));
        }
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
        return eventDue() && budgets.get(changed.events()).repeated() == null;
    }

    private boolean eventDue() {
        return budgets.position(changed.events()) == position();
    }

    /** The part of a reconstruction that is run here, as the session's log says; null if that is not what comes next there. */
    @Nullable
    RepeatedPart loggedPart() {
        return eventDue() ? budgets.get(changed.events()).repeated() : null;
    }

    /** Parts that the log says were left out, here. */
    void leaveOut() {
        for (@Nullable RepeatedPart part = loggedPart(); part != null && part.rows() == 0; part = loggedPart()) {
            happened();
        }
    }

    /** The event that the log says comes next has happened. */
    void happened() {
        changed.add(budgets.get(changed.events()));
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
        return mayDecide() && !unsettled();
    }

    private boolean mayDecide() {
        return !options().full() && budgets.open(position(), changed.events());
    }

    /** One that was decided on is in force. */
    void changedBudget(int budget) {
        BudgetEvent event = new BudgetEvent(position(), budget);
        changed.add(event);
        repeating.changed();
        savedAt = savedAt == position()
                ? 0
                : savedAt; // what was saved here has not changed yet, so nobody goes on from it
        budgets.decided(event);
    }

    /** A part that was decided on has been repeated, or left out. */
    void decided(RepeatedPart part) {
        budgets.decided(repeated(part));
    }

    private BudgetEvent repeated(RepeatedPart part) {
        BudgetEvent event = new BudgetEvent(position(), budget(), part);
        changed.add(event);
        savedAt = 0; // to read the part again takes longer than a snapshot
        return event;
    }

    /** Whether a reconstruction is in its middle and may end there: the log can be told of what it has come to. */
    boolean mayCut() {
        return repeating.ahead() && mayDecide();
    }

    /** It has ended in its middle, after its rows have been taken back; {@code tells} the log now, else the next request hears of it. */
    void cut(boolean tells) {
        for (RepeatedPart part : repeating.cut()) {
            BudgetEvent event = repeated(part);
            if (tells) {
                budgets.decided(event);
            }
        }
    }

    /** The supervisor asks for the next part of a reconstruction, in at most so many rows; false if there is none to be had. */
    boolean askPart(int mostRows) {
        return repeating.ask(this, mostRows);
    }

    /** Whether such a part is under way. */
    boolean asked() {
        return repeating.asked();
    }

    /** Whether its policy repeats where the supervisor says so. */
    boolean waitsForIdle() {
        return waitsForIdle;
    }

    /** What memory has no room to repeat before the change that comes next is left out; false if that is not what comes next here. */
    boolean leaveOutParts() {
        if (!mayChangeBudget() || !repeats() || loggedPart() != null) {
            return false;
        }
        repeating.changed(); // also what the supervisor has asked for
        if (repeats()) {
            decided(new RepeatedPart(0, position()));
        }
        return true;
    }

    /** Whether rows of a reconstruction come before the session's next token. */
    boolean repeats() {
        return repeating.due(this);
    }

    /** Tokens that have been repeated, from the first on. */
    int repeated() {
        return repeating.repeated(changed);
    }

    /** Of {@link #repeated}, those of the part that is under way, so far. */
    int progress() {
        return repeating.progress();
    }

    /** Tokens since a part was repeated that the log tells of. */
    int sincePart() {
        return position() - changed.lastPart();
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
        return repeating.add(step, this, most);
    }

    /**
     * Whether a reconstruction or a segment that is read by stages is under way, or a reconstruction is done for a change that is still to come: nobody else
     * can go on from here.
     */
    boolean unsettled() {
        return sequence.staging() || repeating.ahead();
    }

    /** A step with a run of this session is done. */
    void stepped(StepBatch step, int run) {
        if (step.changesBudgets()) {
            happened();
            repeating.changed();
        } else if (step.repeats(run)) {
            repeating.stepped(step.rowsOf(run), this);
        } else if (step.changesAfter(run)) {
            int staged = changes.stagedFrom(position() - 1, changed.last());
            changed.add(position(), step.staged() ? staged : ChangePoints.NEVER);
            repeating.changed();
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
                changed.events() - changed.parts(),
                changed.parts(),
                sequence.rebasings(),
                now.compressionNanos() - before.compressionNanos(),
                now.columnSumNanos() - before.columnSumNanos(),
                now.exchangeNanos() - before.exchangeNanos(),
                now.exchangeBytes() - before.exchangeBytes());
    }
}
