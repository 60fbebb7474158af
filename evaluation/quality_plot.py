# SPDX-License-Identifier: Apache-2.0
"""Pictures of quality against memory: every policy a line. Plain SVG, no library."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 230, 40, 48
COLOURS = ["#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#e377c2", "#17becf",
           "#bcbd22", "#7f7f7f", "#393b79", "#ad494a", "#637939", "#e7ba52", "#7b4173", "#000000", "#98df8a", "#f7b6d2"]


def svg(title, x_label, y_label, lines, y_range):
    """`lines`: {policy: {x: y}}; x is drawn by its logarithm."""
    xs = sorted({x for points in lines.values() for x in points})
    low, high = math.log(xs[0]), math.log(xs[-1])
    y_low, y_high = y_range

    def at(x, y):
        share = 0.5 if high == low else (math.log(x) - low) / (high - low)
        up = (min(max(y, y_low), y_high) - y_low) / (y_high - y_low)
        return LEFT + share * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             text(LEFT, 22, title, size=15),
             text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_label, anchor="middle"),
             f'<text x="16" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 {HEIGHT / 2})">{escape(y_label)}</text>']
    for step in range(5):
        y = y_low + (y_high - y_low) * step / 4
        (x0, at_y), (x1, _) = at(xs[0], y), at(xs[-1], y)
        parts += [f'<line x1="{x0:.1f}" y1="{at_y:.1f}" x2="{x1:.1f}" y2="{at_y:.1f}" stroke="#ddd"/>',
                  text(LEFT - 8, at_y + 4, f"{y:.2f}", anchor="end")]
    for x in xs:
        parts.append(text(at(x, y_low)[0], HEIGHT - BOTTOM + 18, f"{x:g}", anchor="middle"))
    for number, (policy, points) in enumerate(lines.items()):
        parts += line(number, policy, [at(x, points[x]) for x in sorted(points)])
    return "\n".join(parts + ["</svg>"]) + "\n"


def line(number, policy, points):
    colour = COLOURS[number % len(COLOURS)]
    ours = 3 if policy.startswith("ems") else 1.5
    dash = ' stroke-dasharray="5 4"' if "storage=off" in policy else ""
    at_y = TOP + 6 + 18 * number
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{ours}"{dash}/>', *dots,
            f'<line x1="{WIDTH - RIGHT + 16}" y1="{at_y}" x2="{WIDTH - RIGHT + 40}" y2="{at_y}" stroke="{colour}" '
            f'stroke-width="{ours}"{dash}/>',
            text(WIDTH - RIGHT + 46, at_y + 4, policy)]


def text(x, y, words, anchor="start", size=12):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'
