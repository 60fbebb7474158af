# SPDX-License-Identifier: Apache-2.0
"""Renders every template/*/template.jinja for the conversations below: python make_templates.py RESOURCES"""
import json, os, sys
from env import environment
out = sys.argv[1]
def m(role, content=None, **more):
    d = {"role": role}
    if content is not None or role == "assistant": d["content"] = content
    d.update(more); return d
weather = {"type": "function", "function": {"name": "get_weather", "description": "the weather\nof a city", "parameters": {"type": "object", "properties": {
    "city": {"type": "string", "description": "City, e.g. Zürich"}, "unit": {"type": "string", "enum": ["°C", "°F"]}, "days": {"type": "integer"},
    "tags": {"type": "array", "items": {"type": "string"}}, "where": {"type": "object", "properties": {"lat": {"type": ["number", "null"]}}}}, "required": ["city"]}}}
add = {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}, "required": ["a", "b"]}}}
call = lambda i, n, a: {"id": i, "type": "function", "function": {"name": n, "arguments": a}}
C = {
 "one-user": [m("user", "Hello")],
 "system-user": [m("system", "  Be brief. \n"), m("user", " Hi <b>&amp; \"you\" 😀 ")],
 "three-turns": [m("user", "Hi"), m("assistant", " Hello! How can I help?\n"), m("user", "Tell me a joke.\n\nA good one.")],
 "system-three-turns": [m("system", "S"), m("user", "a"), m("assistant", "b"), m("user", "c"), m("assistant", "d")],
 "wrong-order": [m("user", "a"), m("user", "b")],
 "assistant-first": [m("assistant", "a"), m("user", "b")],
 "unknown-role": [m("user", "a"), m("critic", "b")],
 "empty": [],
 "empty-content": [m("system", ""), m("user", "")],
 "thinking": [m("user", "2+2?"), m("assistant", "<think>\nsimple\n</think>\n\n4"), m("user", "3+3?"), m("assistant", "<think>\n\nalso\n\n</think>\n\n6\n")],
 "reasoning": [m("user", "2+2?"), m("assistant", "4", reasoning_content="\nsimple\n")],
 "tool-call": [m("system", "Use tools."), m("user", "Weather?"), m("assistant", "", tool_calls=[call("abc123def", "get_weather", {"city": "Zürich", "days": 2, "x": 1.0, "y": None, "z": [True, {"q": "\"'\n"}]})]),
               m("tool", "{\"t\": 21.5}", tool_call_id="abc123def"), m("assistant", "21.5 °C"), m("user", "Thanks")],
 "two-calls": [m("user", "Weather and sum?"), m("assistant", None, tool_calls=[call("abc123def", "get_weather", {"city": "Bern"}), call("bcd123def", "add", {"a": 1, "b": 2.5})]),
               m("tool", "cold", tool_call_id="abc123def"), m("tool", "3.5", tool_call_id="bcd123def")],
 "one-call-last": [m("user", "Sum?"), m("assistant", "Let me see.", tool_calls=[call("abc123def", "add", {"a": "1", "b": "2"})])],
 "content-parts": [m("system", [{"type": "text", "text": "S"}]), m("user", [{"type": "text", "text": " look "}, {"type": "image"}, {"type": "text", "text": "here"}])],
 "none-content": [m("user", "a"), m("assistant", None)],
}
more = {
 "llama3-tools": [{"tools_in_user_message": False}, {"builtin_tools": ["brave_search", "code_interpreter", "get_weather"]}, {"date_string": "1 Jan 2025"}, {"custom_tools": [add]}],
 "qwen3": [{"enable_thinking": False}, {"enable_thinking": True}],
}
env = environment()
json.dump({"conversations": C, "tools": [weather, add], "bos_token": "<s>", "eos_token": "</s>"}, open(out + "/conversations.json", "w"), ensure_ascii=False, indent=1)
for name in sorted(f for f in os.listdir(out) if os.path.exists(f"{out}/{f}/template.jinja") and f != "smollm2"):
    template = env.from_string(open(f"{out}/{name}/template.jinja").read())
    good = bad = 0
    with open(f"{out}/{name}/cases.jsonl", "w") as f:
        for case, messages in C.items():
            for add_prompt in (True, False):
                for extra in [{}, {"tools": [weather, add]}] + (more.get(name, []) if add_prompt else []):
                    if "tools" in extra and name in ("llama3", "llama2", "gemma2", "gemma3", "mistral-v1", "phi3", "phi4", "zephyr"): continue
                    v = {"messages": messages, "tools": None, "documents": None, "add_generation_prompt": add_prompt, "bos_token": "<s>", "eos_token": "</s>", **extra}
                    line = {"conversation": case, "tools": [t["function"]["name"] for t in v["tools"] or []], "add_generation_prompt": add_prompt, "more": {k: x for k, x in extra.items() if k != "tools"}}
                    try: line["expected"] = template.render(**v); good += 1
                    except Exception as e: line["refused"] = str(e); line["raised"] = type(e).__name__ == "TemplateError"; bad += 1
                    f.write(json.dumps(line, ensure_ascii=False) + "\n")
    print(name, good, bad)
