# SPDX-License-Identifier: Apache-2.0
# Every line: a template, or (template, variables). Rendered with Jinja2 by make.py.
V = {
  "s": "  Hello, Wörld 😀!\n", "t": "the quick-brown (fox) jumped", "n": 7, "m": -3, "f": 2.5, "b": True, "z": None, "e": "",
  "xs": [3, 1, 2], "ws": ["b", "A", "c", "a"], "d": {"k": 1, "a": "x", "Z": None, "items": 5}, "nested": {"a": {"b": [10, {"c": "deep"}]}},
  "ms": [{"role": "system", "content": "sys"}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}],
  "tool": {"name": "f", "parameters": {"type": "object", "n": 1.0, "u": "é\u2028\u007f\u0001\"\\/<>&'", "l": [], "o": {}, "t": True, "z": None}},
}
EXPR = r"""
1 + 2 * 3
(1 + 2) * 3
7 / 2
8 / 2
7 // 2
-7 // 2
7 % 3
-7 % 3
7 % -3
7.5 // 2
-7.5 // 2
-7.5 % 2
5.0 % -3
2 ** 10
2 ** -1
2 ** 3 ** 2
-2 ** 2
2 ** 0.5
1 / 3
10 ** 15 * 1.0
10 ** 16 * 1.0
1e22
1e-4
1e-5
123456789.123
0.1 + 0.2
1.0
-0.0
100000000000000000.0
1_000 + 0x1F + 0b101 + 0o17
1.5e3
true + 1
true and false
1 and 2
0 or 'x'
not 0
not true == false
1 < 2 < 3
1 < 2 > 3
1 == 1.0 == true
'a' < 'b'
'a' == "a"
[1, 2] < [1, 3]
[1, [2, 3]] == [1, [2, 3]]
{'a': 1} == {'a': 1.0}
none == none
'x' in 'xyz'
'a' not in ['a', 'b']
1 in [1.0]
'k' in d
'q' in d
2 in xs
(1, 2) == (1, 2)
(1, 2) == [1, 2]
'a' ~ 1 ~ none ~ true ~ 1.5 ~ [1, 'a'] ~ {'a': none}
'a' + 'b' * 3
[1] + [2] * 2
3 * 'ab'
'a' 'b' "c"
(1,)
(1, 2)
()
[]
{}
1, 2
[1, 2.0, 'a\'b', "it's", "q\"", 'both\'"', none, true, [], {}, {'a': (1,)}]
'\n\t\\\x41\u00e9\U0001F600\101\q'
['\n\t\\é\u200b\x7f']
"line\
joined"
'a' if b else 'c'
'a' if not b
'a' if false else 'c' if true else 'd'
undefinedname
undefinedname ~ 'x'
undefinedname == alsoundefined
undefinedname == none
[undefinedname]
'x' in undefinedname
undefinedname in ['x']
s
s.strip()
s | trim
s[2:7]
s[-3:]
s[::-1]
s[15:16]
s|length
'😀é'|length
s[100] is defined
t[0] ~ t[-1]
t[4:1:-1]
t[::2]
t[:-4]
xs[::-1]
xs[-1]
xs[1:]
xs[5:]
xs[-100:2]
xs[true]
xs[9]
(1,2,3)[1:]
range(5)[1]
range(10)|list
range(2, 10, 3)|list
range(5, 0, -2)|list
range(3)
range(1, 9, 2)
t.split()
t.split(' ', 1)
t.split('-')
' a  b '.split(' ')
'a,b,,c'.split(',')
'a b c d'.rsplit(' ', 2)
'a b c d'.rsplit(none, 1)
'  a b  c '.split(none, 1)
'a\nb\r\nc\n'.splitlines()
'xxhixx'.strip('x')
'xyxhixyx'.lstrip('xy')
'hi</think>\n\n'.rstrip('\n')
'<think>a</think>b'.split('</think>')[-1].lstrip('\n')
'<think>a</think>b'.split('</think>')[0].split('<think>')[-1]
'abc'.startswith('ab')
'abc'.startswith(('x', 'a'))
'abc'.endswith('bc') and not 'abc'.endswith('b')
t.upper()
t.title()
t|title
"it's o'neil's"|title
"it's o'neil's".title()
t.capitalize()
'ÉCOLE straße ß'|capitalize
'straße'|upper
'ǆ'.title()
'ß'.title()
'ABC'.lower()
t.replace('o', '0')
t.replace('o', '0', 1)
t|replace('e', '3')
t|replace('e', '3', 1)
123|replace(2, 'x')
t.find('quick')
t.find('zzz')
'😀ab'.find('b')
t.rfind('e')
'aXbX'.count('X')
', '.join(['a', 'b'])
'a-b'.partition('-')
'prefix-x'.removeprefix('prefix-')
'x.py'.removesuffix('.py')
'12'.isdigit() and not '1a'.isdigit()
' \n'.isspace()
'ab'.isalpha()
d.items()
d['items']
d.k
d['k']
d.get('k')
d.get('nope')
d.get('nope', 'dflt')
d.keys()
d.keys()|list
d.values()|list
d|list
d|length
d|items|list
d|dictsort
d|dictsort(reverse=true)
{'b': 2, 'a': 3}|dictsort(by='value')
{'B': 2, 'a': 3}|dictsort(case_sensitive=true)
nested.a.b[1].c
nested['a']['b'][0]
nested.a.b.0
nested.x
nested.x is defined
nested.a.b[7] is defined
ms[0]['role']
ms[-1].content
ms[1:]|map(attribute='role')|join(',')
ms|map(attribute='content')|list
ms|selectattr('role', 'equalto', 'user')|list
ms|selectattr('role', '==', 'user')|map(attribute='content')|first
ms|rejectattr('role', 'eq', 'system')|list|length
ms|selectattr('nope')|list
ms|selectattr('nope', 'undefined')|list|length
ms|map(attribute='nope', default='D')|list
ms|map(attribute='content')|map('upper')|join('|')
xs|select('gt', 1)|list
xs|reject('odd')|list
xs|select|list
[0, 1, '', 'a', none]|select|list
[1, 2, 3, 4]|select('divisibleby', 2)|list
['a', none]|select('none')|list
xs|sort
xs|sort(reverse=true)
ws|sort
ws|sort(case_sensitive=true)
ms|sort(attribute='content')|map(attribute='role')|list
ms|sort(attribute='role,content', reverse=true)|map(attribute='role')|list
['a', 'A', 'b', 'B', 'a']|unique|list
['a', 'A', 'b']|unique(case_sensitive=true)|list
[1, 1.0, true, 2]|unique|list
xs|first
xs|last
[]|first
'abc'|first
'abc'|last
xs|reverse|list
'abc'|reverse
xs|sum
ms|sum(attribute='n', start=2) if false else [1, 2.5]|sum
[{'n': 1}, {'n': 2}]|sum(attribute='n')
[[1], [2]]|sum(start=[])
xs|min
xs|max
ws|max
ws|min(case_sensitive=true)
[]|max
[{'n': 1}, {'n': 5}]|max(attribute='n')
xs|join
xs|join(', ')
[1, none, 'a', 2.0]|join('-')
ms|join(', ', attribute='role')
undefinedname|join(',')
'abc'|list
'a'|string ~ 5|string
5|string|length
'42'|int
'42.9'|int
' 12 '|int
'x'|int
'x'|int(5)
'0x1f'|int(0, 16)
'1f'|int(base=16)
none|int
3.9|int
-3.9|int
true|int
'1e3'|int
'1_000'|int
'2.5'|float
'x'|float
'x'|float(1.5)
3|float
'inf'|float
none|float
-5|abs
-2.5|abs
-5|string
42.55|round
42.55|round(1)
2.5|round
3.5|round
-0.4|round
2.675|round(2)
42|round
1234|round(-2)
42.55|round(1, 'floor')
42.51|round(0, 'ceil')
5|round(method='ceil')
undefinedname|default('D')
none|default('D')
none|default('D', true)
''|d('D', boolean=true)
0|default(5, true)
d.nope|default('D')
undefinedname|length
undefinedname|list
undefinedname|upper
undefinedname|trim
none|upper
5|trim
none|trim
tool|tojson
tool|tojson(indent=2)
tool|tojson(indent=4)
tool|tojson(indent=0)
tool|tojson(ensure_ascii=true)
tool|tojson(separators=(',', ':'))
tool|tojson(separators=[', ', ': '], indent=2)
tool|tojson(sort_keys=true)
tool|tojson(indent='\t')
'é"\n'|tojson
[1, 2.0, 1e100, 1e-7, true, none, (1, 2)]|tojson
{1: 'a', none: 'b'}|tojson
xs|tojson|length
'a\nb\n\nc'|indent
'a\nb\n\nc'|indent(2)
'a\nb\n\nc'|indent(2, true)
'a\nb\n\nc'|indent(2, first=true, blank=true)
'a\nb'|indent('> ', true)
'a\nb\n'|indent ~ '|'
''|indent(2, true)
'<b>'|safe
('<b>'|safe) ~ '<'
('<b>'|safe) + '<&\'">'
'<' + ('<b>'|safe)
5 is number
true is number
true is integer
1.5 is float
1 is integer
'a' is string
none is none
none is not none
xs is sequence
xs is iterable
'a' is iterable
5 is iterable
d is mapping
xs is mapping
d is sequence
d.items() is iterable
undefinedname is iterable
undefinedname is defined
n is defined
d.k is defined and d.nope is not defined
undefinedname is undefined
n is odd
n is even
n is divisibleby 7
n is divisibleby(2)
true is true
1 is true
false is false
0 is false
true is boolean
0 is boolean
n is eq 7
n is equalto 7
n is ne(7)
n is gt 5
n is ge 7 and n is lt 8 and n is le 7
'a' is in ['a']
'a' is lower
'A' is upper
none is sameas none
namespace is callable
'x' is callable
not n is defined
not undefinedname is defined
n is defined and n > 5 or false
-n is odd
-n|abs
n - -n
'a' ~ n + 1
'a' in 'abc' and 'b' in 'abc'
n in [7] == true
dict(a=1, b=2)
dict({'x': 1}, y=2)
namespace(a=1).a
d.pop is defined
strftime_now('%d %b %Y')
strftime_now('%Y-%m-%d %H:%M:%S %A %B %j %y %I %p %a %%')
strftime_now('%-d/%-m %e')
xs|map('string')|join
xs|map('float')|list
['a ', ' b']|map('trim')|list
['x', 'y']|map('replace', 'x', 'z')|list
[[1, 2], [3]]|map('length')|list
[[1, 2], [3]]|map('first')|list
[{'a': {'b': 1}}]|map(attribute='a.b')|list
[[5, 6]]|map(attribute=1)|list
n|string + 's'
(n + 1)|string
d.k + 1
'%s' ~ '%%'
"{'a': 1}"
'a' == 'a' is true
xs.index(1)
xs.count(3)
(xs|reverse) is string
xs|sort(attribute='q')
xs|map('abs') is iterable
[1,2,3][:2] + [9]
[none, true] | string
1.0 == 1
'1' == 1
'é' < 'z'
'😀' > '￿'
loop is defined
''.join([]) ~ 'x'
'%'
{'a': 1}['a']
{'a': [1, 2]}.a[1]
xs[n - 6]
{'a': 1,}
[1, 2,]
undefinedname is callable
d.get('a').upper()
t.split(' ')[1].split('-')[0]|upper
ms[0].content + '\n\n' + ms[1]['content']
('a', 'b')|join
"a" if xs else "b"
"a" if [] else "b"
'x'|default
none is defined
1 if 0.0 else 2
range(0) | length
range(3) | sum
1 < 1.5
'z' is gt 'a'
[3, 'a'] | first is number
'abc'[1]
'abc'['length'] is defined
none.foo is defined
5.foo is defined
xs.foo is defined
xs['foo'] is defined
""".strip("\n").replace("\\\njoined", "\x00joined").split("\n")
EXPR = [e.replace("\x00", "\\\n") for e in EXPR]
STMT = [
 "{% if n > 5 %}big{% elif n > 3 %}mid{% else %}small{% endif %}",
 "{% if m > 5 %}big{% elif m < 3 %}mid{% else %}small{% endif %}",
 "{% if none %}a{% else %}b{% endif %}\n{% if xs %}c{% endif %}\nd\n",
 "{% for x in xs %}{{ x }},{% endfor %}",
 "{% for x in xs %}{{ loop.index }}/{{ loop.index0 }}/{{ loop.revindex }}/{{ loop.revindex0 }}/{{ loop.first }}/{{ loop.last }}/{{ loop.length }}/{{ loop.depth }}/{{ loop.depth0 }};{% endfor %}",
 "{% for x in xs %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}",
 "{% for x in xs %}{{ loop.cycle('a', 'b') }}{% endfor %}",
 "{% for x in [1,1,2,2,1] %}{% if loop.changed(x) %}{{ x }}{% endif %}{% endfor %}",
 "{% for x in [] %}x{% else %}empty{% endfor %}",
 "{% for x in xs if x > 1 %}{{ loop.index }}:{{ x }} {% else %}none{% endfor %}",
 "{% for x in xs if x > 10 %}{{ x }}{% else %}none{% endfor %}",
 "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
 "{% for k, v in d|items %}{{ k }}={{ v }};{% endfor %}",
 "{% for k, v in d|dictsort %}{{ k }}={{ v }};{% endfor %}",
 "{% for k in d %}{{ k }};{% endfor %}",
 "{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
 "{% for c in 'aé😀' %}{{ c }}.{% endfor %}",
 "{% for x in xs %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}",
 "{% for x in xs %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% else %}E{% endfor %}",
 "{% for x in xs %}{% for y in xs %}{% if y == 1 %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{% endfor %}",
 "{% for x in xs %}{% set outer = loop %}{% for y in [1, 2] %}{{ outer.index }}.{{ loop.index }} {% endfor %}{% endfor %}",
 "{% set a = 1 %}{% for x in xs %}{% set a = a + x %}{{ a }} {% endfor %}{{ a }}",
 "{% set ns = namespace(a=0, found=false) %}{% for x in xs %}{% set ns.a = ns.a + x %}{% if x == 1 %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.a }} {{ ns.found }} {{ ns.nope is defined }}",
 "{% set a, b = 1, 2 %}{{ a }}{{ b }}",
 "{% set a = 1, 2 %}{{ a }}",
 "{% set x %}  body {{ n }}\n{% endset %}[{{ x }}]",
 "{% set x | upper | trim %}  body {{ n }}\n{% endset %}[{{ x }}]",
 "{% set x = 5 %}{% if true %}{% set x = 6 %}{% endif %}{{ x }}",
 "{% if false %}{% set n = 6 %}{% endif %}{{ n }}",
 "{% for x in xs %}{% if false %}{% set n = 6 %}{% endif %}{{ n }}{% endfor %}",
 "{% for x in xs %}{% if x == 1 %}{% set q = x %}{% endif %}[{{ q }}]{% endfor %}{{ q }}",
 "{% macro m(a, b=2, c=a) %}{{ a }}-{{ b }}-{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, 5) }}{{ m(1, c=7) }}{{ m(b=3, a=9) }}{{ m() }}",
 "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}",
 "{% macro fact(k) %}{% if k <= 1 %}1{% else %}{{ k * fact(k - 1)|int }}{% endif %}{% endmacro %}{{ fact(10) }}",
 "{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}inner {{ n }}{% endcall %}",
 "{% macro m() %}[{{ caller(1, 2) }}]{% endmacro %}{% call(a, b) m() %}{{ a }}+{{ b }}{% endcall %}",
 "{% macro m() %}{{ late }}{% endmacro %}{% set late = 'L' %}{{ m() }}",
 "{% for x in xs %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endfor %}",
 "{% macro m(x) %}{{ x }}{% endmacro %}{{ m('<') | upper ~ m(none) }}",
 "{% filter upper %}abc {{ t }}{% endfilter %}",
 "{% filter replace('a', 'b') | trim %} aaa {% endfilter %}",
 "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a }}",
 "{% with %}{% set q = 4 %}{{ q }}{% endwith %}{{ q }}",
 "{% generation %}said {{ n }}{% set q = 1 %}{% endgeneration %}{{ q }}",
 "a{# comment {{ x }} {% if %} #}b",
 "a\n{# comment #}\nb",
 "a\n  {# comment #}  \nb",
 "a {#- comment -#} b",
 "{% raw %}{{ not }} {% if %}{% endraw %}x",
 "a\n  {% raw %}\n x {{\n  {% endraw %}\nb",
 "a {%- raw -%} x {%- endraw -%} b",
 "a\n  {% if true %}\n  b\n  {% endif %}\nc\n",
 "a\n  {%- if true -%}\n  b\n  {%- endif -%}\nc\n",
 "a\n  {%+ if true +%}\n  b\n  {%+ endif +%}\nc\n",
 "a  {% if true %}  b  {% endif %}  c",
 "a\n\t {% if true %}\n\n b{% endif %}\n\n\nc\n\n",
 "  {% if true %}x{% endif %}",
 "{% if true %}  {% if true %}x{% endif %}{% endif %}",
 "{{ 1 }}  {% if true %}x{% endif %}",
 "{{ 1 }}\n  {{ 2 }}\n",
 "{{ 1 -}}  \n {{ 2 }}  {{- 3 }}\n\n",
 "{{- 1 -}}",
 "x\r\ny\rz\n",
 "{{ 'a\r\nb' }}",
 "{%- for m in ms %}\n  {{- m.role + ': ' -}}\n  {%- if m.role == 'user' %}\n    {{ m.content }}\n  {% else %}\n    {{- m.content -}}\n  {% endif %}\n{%- endfor -%}\n",
 "{% for m in ms %}\n{{ m.role }}\n{% endfor %}\n",
 "{% for m in ms -%}\n{{ m.role }}\n{%- endfor %}\n",
 "{% for m in ms[::-1] %}{{ m.role }} {% endfor %}",
 "{% for m in ms %}{% if not loop.last and ms[loop.index0 + 1].role == 'assistant' %}{{ m.content }}{% endif %}{% endfor %}",
 "{% for k in range(3) %}{% for j in range(k) %}{{ j }}{% endfor %}|{% endfor %}",
 "{% set xs = xs + [9] %}{{ xs }}",
 "{% set g = xs|map('string') %}{{ g|join }}[{{ g|join }}]",
 "{% if xs|select('gt', 100) %}generator is true{% endif %}",
 "{% if (xs|select('gt', 100)|list) %}x{% else %}list is false{% endif %}",
 "{% set x = {'a': 1} %}{% for k, v in x.items() %}{{ k }}{{ v }}{% endfor %}",
 "{% if 'a' is string and n is number %}ok{% endif %}",
 "{% if ms[0]['role'] == 'system' %}{% set loop_messages = ms[1:] %}{% set sysm = ms[0]['content'] %}{% else %}{% set loop_messages = ms %}{% set sysm = false %}{% endif %}{{ sysm }}{{ loop_messages|length }}",
 "{% for m in ms %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}odd{% else %}even{% endif %} {% endfor %}",
 "{{ '{{' }} }} %} #}",
 "{{ {'a': {'b': 1}}['a']['b'] }}",
 "{{ {'a': {}} }}}",
 "{{ '}}' }}{{ \"%}\" }}",
 "{% set s2 = '%}' %}{{ s2 }}",
 "{%if n%}x{%endif%}",
 "{%-if n-%} x {%-endif-%}",
 "{{n}}{{-n}}",
 "{{ n\n+\n1 }}",
 "a { b } {c",
 "{",
 "",
 "\n",
 "\n\n",
 "  \n  {% if true %}\n{% endif %}  \n",
 "{% for x in xs %}\n  {% if x == 1 %}\n  one\n  {% endif %}\n{% endfor %}\n",
 "{% set content %}{% for m in ms %}{{ m.content }}{% endfor %}{% endset %}{{ content|length }}",
 "{% set ns = namespace() %}{% set ns.x = [1] %}{% set ns.x = ns.x + [2] %}{{ ns.x }}",
 "{% set ns = namespace({'q': 1}, r=2) %}{{ ns.q }}{{ ns['r'] is defined }}",
 "{% for x in xs: %}{{ x }}{% endfor %}",
 "{% for x in 1, 2 %}{{ x }}{% endfor %}",
 "{% for item in nested.a.b %}{% if item is mapping %}{{ item.c }}{% else %}{{ item }}{% endif %}{% endfor %}",
 "{% macro render(o, depth=0) %}{% if o is mapping %}{% for k, v in o|dictsort %}{{ '  ' * depth }}{{ k }}:\n{{ render(v, depth + 1) }}{% endfor %}{% elif o is sequence and o is not string %}{% for v in o %}{{ render(v, depth + 1) }}{% endfor %}{% else %}{{ '  ' * depth }}{{ o }}\n{% endif %}{% endmacro %}{{ render(nested) }}",
]
# Jinja2 refuses these too (at parsing or rendering)
ERRORS = [
 "{{ undefinedname.foo }}", "{{ undefinedname + 1 }}", "{{ 1 + 'a' }}", "{{ 'a' + 1 }}", "{{ 'a' + none }}", "{{ undefinedname() }}",
 "{{ n() }}", "{{ xs.append(1) }}", "{{ d.update({}) }}", "{{ d.pop('k') }}", "{{ raise_exception('stop here') }}", "{{ 1 / 0 }}", "{{ 1 % 0 }}",
 "{{ n < 'a' }}", "{{ none < 1 }}", "{{ 5|length }}", "{{ xs|map('upper')|length }}", "{{ n in 5 }}", "{{ 5 in 'a5' }}", "{% for x in 5 %}{% endfor %}",
 "{% for x in none %}{% endfor %}", "{{ z[1:] }}", "{{ d[1:] }}", "{{ xs['a':] }}", "{% if %}{% endif %}", "{% if n %}", "{% endif %}", "{{ }}", "{{ 1 + }}", "{{ (1 }}",
 "{{ 'a }}", "{{ n ", "{% for x %}{% endfor %}", "{% set n.x = 1 %}", "{% set 1 = 2 %}", "{% set a, b = 1, 2, 3 %}", "{% set a, b = [1] %}", "{% nosuchtag %}", "{{ n|nosuchfilter }}",
 "{{ n is nosuchtest }}", "{{ undefinedname|tojson }}", "{{ range(3)|tojson }}", "{{ xs|join(', ', 1, 2) }}", "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{% endmacro %}{{ m(b=2) }}",
 "{{ nested.x.y }}", "{{ none.foo.bar }}", "{{ -'a' }}", "{{ range(100001) }}", "{{ range(1, 2, 0) }}", "{{ [1, 'a']|sort }}", "{{ {}|last }}x{{ 5|first }}",
 "{{ undefinedname|int }}", "{{ xs|sum(attribute='q') }}", "{% break %}", "{# never closed", "{% raw %}never closed", "{{ d['k']['q']['r'] }}", "{{ 'a' is not }}", "{{ a b }}", "{{ 1 if }}",
 "{{ [1, 2 }}", "{{ {'a' 1} }}", "{{ 'abc'.join([1]) }}", "{{ xs.items() }}", "{{ 'x'.nosuchmethod() }}", "{{ loop.index }}", "{{ {[]: 1} }}", "{{ (xs|map('upper'))[0].foo }}", "{{ $ }}", "{{ n ! }}",
 "{% for x in xs %}{{ loop.nope.q }}{% endfor %}", "{% call n() %}{% endcall %}", "{{ dict(1) }}", "{% if n %}{% endfor %}", "{{ undefinedname[0] }}", "{{ undefinedname > 1 }}", "{{ -undefinedname }}", "{{ xs|map('last')|list }}",
]
