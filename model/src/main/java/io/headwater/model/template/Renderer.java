/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import io.headwater.model.template.library.Globals;
import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Namespace;
import io.headwater.model.template.python.PyIteration;
import io.headwater.model.template.python.PyText;
import io.headwater.model.template.syntax.FilterCall;
import io.headwater.model.template.syntax.Statement;
import io.headwater.model.template.syntax.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the statements of one rendering. Owned by the thread that renders. */
final class Renderer {
    /** How a list of statements ended. */
    private enum Flow {
        NORMAL,
        BREAK,
        CONTINUE
    }

    private final Budget budget;
    private final Evaluator evaluator;

    Renderer(Globals globals, Budget budget) {
        this.budget = budget;
        this.evaluator = new Evaluator(globals, budget);
    }

    Evaluator evaluator() {
        return evaluator;
    }

    /** The text that statements give. */
    String run(List<Statement> statements, Scope scope) {
        Output out = new Output();
        runAll(statements, scope, out);
        return out.toString();
    }

    private Flow runAll(List<Statement> statements, Scope scope, Output out) {
        for (Statement statement : statements) {
            budget.enter(statement.line());
            Flow flow = run(statement, scope, out);
            budget.leave();
            if (flow != Flow.NORMAL) {
                return flow;
            }
        }
        return Flow.NORMAL;
    }

    private Flow run(Statement statement, Scope scope, Output out) {
        switch (statement) {
            case Statement.Text text -> out.append(text.text());
            case Statement.Print print -> print(print, scope, out);
            case Statement.If conditional -> {
                return conditional(conditional, scope, out);
            }
            case Statement.For loop -> {
                return loop(loop, scope, out);
            }
            case Statement.Assign assign -> assign(assign.target(), evaluator.evaluate(assign.value(), scope), scope);
            case Statement.AssignBlock block -> {
                Output text = new Output();
                Flow flow = runAll(block.body(), new Scope(scope), text);
                if (flow != Flow.NORMAL) {
                    return flow;
                }
                assign(block.target(), filtered(text.toString(), block.filters(), scope), scope);
            }
            case Statement.MacroDefinition(int _, String name, Statement.MacroBody body) ->
                scope.set(name, new Macro(name, body, scope, this));
            case Statement.CallBlock call -> out.append(PyText.str(callWithBody(call, scope)));
            case Statement.FilterBlock block -> {
                Output text = new Output();
                Flow flow = runAll(block.body(), new Scope(scope), text);
                if (flow != Flow.NORMAL) {
                    return flow;
                }
                out.append(PyText.str(filtered(text.toString(), block.filters(), scope)));
            }
            case Statement.With with -> {
                return with(with, scope, out);
            }
            case Statement.Generation generation -> {
                return runAll(generation.body(), new Scope(scope), out);
            }
            case Statement.Break _ -> {
                return Flow.BREAK;
            }
            case Statement.Continue _ -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NORMAL;
    }

    private void print(Statement.Print print, Scope scope, Output out) {
        Object value = evaluator.evaluate(print.value(), scope);
        budget.at(print.line());
        out.append(PyText.str(value));
    }

    private Flow conditional(Statement.If conditional, Scope scope, Output out) {
        for (Statement.Branch branch : conditional.branches()) {
            if (PyIteration.truth(evaluator.evaluate(branch.test(), scope))) {
                return runAll(branch.body(), scope, out);
            }
        }
        return runAll(conditional.otherwise(), scope, out);
    }

    private Flow loop(Statement.For loop, Scope scope, Output out) {
        List<Object> items = PyIteration.list(evaluator.evaluate(loop.items(), scope));
        if (loop.filter() != null) {
            items = passing(loop, items, scope);
        }
        budget.spend(2L * items.size());
        LoopState state = new LoopState(items);
        for (int i = 0; i < items.size(); i++) {
            state.moveTo(i);
            Scope local = new Scope(scope);
            assign(loop.target(), items.get(i), local);
            local.set("loop", state);
            if (runAll(loop.body(), local, out) == Flow.BREAK) {
                return Flow.NORMAL; // else belongs to loops without items only
            }
        }
        return items.isEmpty() ? runAll(loop.otherwise(), new Scope(scope), out) : Flow.NORMAL;
    }

    private List<Object> passing(Statement.For loop, List<Object> items, Scope scope) {
        budget.spend(items.size());
        List<Object> passing = new ArrayList<>();
        for (Object item : items) {
            Scope local = new Scope(scope);
            assign(loop.target(), item, local);
            if (loop.filter() != null && PyIteration.truth(evaluator.evaluate(loop.filter(), local))) {
                passing.add(item);
            }
        }
        return passing;
    }

    private Flow with(Statement.With with, Scope scope, Output out) {
        Scope local = new Scope(scope);
        for (Statement.Binding binding : with.bindings()) {
            assign(binding.target(), evaluator.evaluate(binding.value(), scope), local);
        }
        return runAll(with.body(), local, out);
    }

    private Object callWithBody(Statement.CallBlock block, Scope scope) {
        Object callee = evaluator.evaluate(block.call().callee(), scope);
        CallArguments given = evaluator.arguments(block.call().arguments(), scope);
        Map<String, Object> named = new LinkedHashMap<>(given.named());
        named.put("caller", new Macro("caller", block.caller(), scope, this));
        return evaluator.call(callee, new CallArguments(given.positional(), named));
    }

    private Object filtered(String text, List<FilterCall> filters, Scope scope) {
        Object value = text;
        for (FilterCall filter : filters) {
            value = evaluator.filter(value, filter, scope);
        }
        return value;
    }

    private void assign(Target target, Object value, Scope scope) {
        switch (target) {
            case Target.Variable(String name) -> scope.set(name, value);
            case Target.NamespaceAttribute(String name, String attribute) -> {
                if (!(scope.find(name) instanceof Namespace namespace)) {
                    throw Fault.of("cannot set attribute '" + attribute + "' of '" + name + "', which is no namespace");
                }
                namespace.set(attribute, value);
            }
            case Target.Unpacked(List<Target> parts) -> {
                List<Object> values = PyIteration.list(value);
                if (values.size() != parts.size()) {
                    throw Fault.of("cannot unpack " + values.size() + " values into " + parts.size() + " names");
                }
                for (int i = 0; i < parts.size(); i++) {
                    assign(parts.get(i), values.get(i), scope);
                }
            }
        }
    }
}
