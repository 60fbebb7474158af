/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A statement, or the text between statements. Lines count from 1. */
public sealed interface Statement {
    int line();

    record Text(int line, String text) implements Statement {}

    /** {@code {{ value }}} */
    record Print(int line, Expression value) implements Statement {}

    record If(int line, List<Branch> branches, List<Statement> otherwise) implements Statement {}

    record For(
            int line,
            Target target,
            Expression items,
            @Nullable Expression filter,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {}

    record Assign(int line, Target target, Expression value) implements Statement {}

    /** {@code {% set target | filters %}body{% endset %}} */
    record AssignBlock(int line, Target target, List<FilterCall> filters, List<Statement> body) implements Statement {}

    record MacroDefinition(int line, String name, MacroBody macro) implements Statement {}

    /** {@code {% call(parameters) call %}body{% endcall %}} */
    record CallBlock(int line, Expression.Call call, MacroBody caller) implements Statement {}

    record FilterBlock(int line, List<FilterCall> filters, List<Statement> body) implements Statement {}

    record With(int line, List<Binding> bindings, List<Statement> body) implements Statement {}

    /** {@code {% generation %}body{% endgeneration %}}: transformers marks what the assistant said; the text is the body's. */
    record Generation(int line, List<Statement> body) implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}

    /** One {@code if} or {@code elif}. */
    record Branch(Expression test, List<Statement> body) {}

    /** One {@code name = value} of {@code with}. */
    record Binding(Target target, Expression value) {}

    /**
     * What a macro or call block runs.
     *
     * @param names every name in the body: {@code varargs}, {@code kwargs} and {@code caller} are special if they are used
     */
    record MacroBody(List<Parameter> parameters, List<Statement> body, Set<String> names) {
        public MacroBody {
            names = Set.copyOf(names);
        }
    }
}
