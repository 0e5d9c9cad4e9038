"""A line plot as SVG on stdout, with nothing but the standard library."""

import math
from html import escape

WIDTH, HEIGHT, MARGIN = 480, 260, 36


def scale(values, low, high):
    bottom, top = min(values), max(values)
    return [low + (v - bottom) * (high - low) / (top - bottom) for v in values]


def polyline(xs, ys, color):
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys))
    return (f'<polyline points="{points}" fill="none" stroke="{color}"'
            ' stroke-width="1.5"/>')


def text(x, y, words, anchor="middle"):
    return (f'<text x="{x}" y="{y}" font-size="12" text-anchor="{anchor}">'
            f"{escape(words)}</text>")


t = [i / 6 for i in range(61)]
damped = [math.exp(-x / 4) * math.cos(2 * x) for x in t]
envelope = [math.exp(-x / 4) for x in t]

xs = scale(t, MARGIN, WIDTH - MARGIN)
ys = scale(damped + envelope, HEIGHT - MARGIN, MARGIN)
print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}"'
      f' height="{HEIGHT}">')
print(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>')
print(polyline(xs, ys[:len(t)], "navy"))
print(polyline(xs, ys[len(t):], "tomato"))
print(text(WIDTH / 2, 20, "damped oscillation & envelope, t < 10"))
for tick in range(0, 11, 2):
    x = MARGIN + tick * (WIDTH - 2 * MARGIN) / 10
    print(text(f"{x:.0f}", HEIGHT - 12, str(tick)))
print("</svg>")
