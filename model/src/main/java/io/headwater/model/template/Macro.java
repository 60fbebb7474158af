/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.PyCallable;
import io.headwater.model.template.python.Tuple;
import io.headwater.model.template.python.Undefined;
import io.headwater.model.template.syntax.Parameter;
import io.headwater.model.template.syntax.Statement.MacroBody;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A macro or the body of a call block: sees the scope it was defined in, returns its text. */
record Macro(String name, MacroBody definition, Scope scope, Renderer renderer) implements PyCallable {

    @Override
    public Object call(CallArguments arguments) {
        Scope local = new Scope(scope);
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        List<Parameter> unset = bindGiven(arguments.positional(), named, local);
        bindSpecial(arguments.positional(), named, local);
        for (Parameter parameter : unset) {
            local.set(
                    parameter.name(),
                    parameter.absent() == null
                            ? new Undefined("parameter '" + parameter.name() + "' was not provided")
                            : renderer.evaluator().evaluate(parameter.absent(), local));
        }
        return renderer.run(definition.body(), local);
    }

    /** Returns the parameters that got no value; takes what it uses out of named. */
    private List<Parameter> bindGiven(List<Object> positional, Map<String, Object> named, Scope local) {
        List<Parameter> unset = new ArrayList<>();
        for (int i = 0; i < definition.parameters().size(); i++) {
            Parameter parameter = definition.parameters().get(i);
            Object value = i < positional.size() ? positional.get(i) : named.remove(parameter.name());
            if (value == null) {
                unset.add(parameter);
            } else {
                local.set(parameter.name(), value);
            }
        }
        return unset;
    }

    private void bindSpecial(List<Object> positional, Map<String, Object> named, Scope local) {
        boolean callerIsParameter = definition.parameters().stream()
                .anyMatch(parameter -> parameter.name().equals("caller"));
        if (definition.names().contains("caller") && !callerIsParameter) {
            Object caller = named.remove("caller");
            local.set("caller", caller == null ? new Undefined("no caller defined") : caller);
        }
        if (definition.names().contains("kwargs")) {
            local.set("kwargs", new LinkedHashMap<Object, Object>(named));
        } else if (!named.isEmpty()) {
            throw Fault.of("macro '" + name + "' takes no keyword argument '"
                    + named.keySet().iterator().next() + "'");
        }
        int places = definition.parameters().size();
        if (definition.names().contains("varargs")) {
            local.set("varargs", new Tuple(positional.subList(Math.min(places, positional.size()), positional.size())));
        } else if (positional.size() > places) {
            throw Fault.of("macro '" + name + "' takes not more than " + places + " argument(s)");
        }
    }
}
