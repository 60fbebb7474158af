# SPDX-License-Identifier: Apache-2.0
import json, sys
from env import environment
from snippets import V, EXPR, STMT, ERRORS
out = sys.argv[1]
env = environment()
lines = []
def render(t):
    return env.from_string(t).render(**V)
for t in ["{{ %s }}" % e for e in EXPR] + STMT:
    try:
        lines.append({"template": t, "expected": render(t)})
    except Exception as e:
        print("REFUSED", repr(t), e); lines.append({"template": t, "refused": True})
for t in ERRORS:
    try:
        print("RENDERED", repr(t), repr(render(t)))
    except Exception as e:
        lines.append({"template": t, "refused": True})
json.dump(V, open(out + "/snippet-variables.json", "w"), ensure_ascii=False, indent=1)
with open(out + "/snippets.jsonl", "w") as f:
    for l in lines: f.write(json.dumps(l, ensure_ascii=False) + "\n")
print(len(lines))
