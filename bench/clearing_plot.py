#!/usr/bin/env python3
"""Draws how the time to clear grows with the number of firms.

Reads the table below "Clearing against LEMON" in docs/performance.md and writes
docs/clearing_growth.svg; with --check it only says whether that is what the
table gives.
"""

import argparse
import math
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
PAGE = TOP / "docs/performance.md"
PICTURE = TOP / "docs/clearing_growth.svg"
HEADING = "## Clearing against LEMON"
DEGREES = (5, 10, 20)
# Name, column of the table, color.
LINES = (("ours", 2, "#0b6e4f"),
         ("LEMON NetworkSimplex", 4, "#b35900"),
         ("LEMON CostScaling", 5, "#3b4cc0"))
PANEL, GAP, LEFT, TOP_EDGE, HEIGHT = 230, 56, 62, 34, 260


def table():
    """By degree and column, the firms and milliseconds that are there."""
    text = PAGE.read_text(encoding="utf-8")
    part = text.split(HEADING + "\n", 1)[1].split("\n## ", 1)[0]
    points = {}
    for line in part.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 13 or not cells[0].replace(",", "").isdigit():
            continue
        firms, degree = int(cells[0].replace(",", "")), int(cells[1])
        for _, column, _ in LINES:
            if cells[column] != "-":
                points.setdefault((degree, column), []).append(
                    (firms, float(cells[column].replace(",", ""))))
    if not points:
        sys.exit(f"{PAGE}: no rows below {HEADING}")
    return points


def decades(values):
    return (math.floor(math.log10(min(values))),
            math.ceil(math.log10(max(values))))


def time_name(exponent):
    if exponent >= 3:
        return f"{10 ** (exponent - 3)} s"
    return f"{10 ** exponent} ms"


def text(x, y, words, anchor="middle", more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>'
            f"{words}</text>")


def picture(points):
    firms = decades([x for line in points.values() for x, _ in line])
    times = decades([y for line in points.values() for _, y in line])
    width = LEFT + len(DEGREES) * (PANEL + GAP)

    def across(panel, value):
        share = (math.log10(value) - firms[0]) / (firms[1] - firms[0])
        return LEFT + panel * (PANEL + GAP) + share * PANEL

    def down(value):
        share = (math.log10(value) - times[0]) / (times[1] - times[0])
        return TOP_EDGE + (1 - share) * HEIGHT

    bottom = TOP_EDGE + HEIGHT
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
           f'height="{bottom + 70}" font-family="sans-serif" font-size="11">',
           f'<rect width="{width}" height="{bottom + 70}" fill="white"/>']
    for panel, degree in enumerate(DEGREES):
        begin, end = across(panel, 10 ** firms[0]), across(panel, 10 ** firms[1])
        out.append(text((begin + end) / 2, TOP_EDGE - 12,
                        f"{degree} debts a firm", more=' font-weight="bold"'))
        for exponent in range(firms[0], firms[1] + 1):
            x = across(panel, 10 ** exponent)
            out.append(f'<path d="M{x:.1f} {TOP_EDGE}V{bottom}" stroke="#ddd"/>')
            out.append(text(x, bottom + 16, f"{10 ** exponent:,}"))
        for exponent in range(times[0], times[1] + 1):
            y = down(10 ** exponent)
            out.append(f'<path d="M{begin:.1f} {y:.1f}H{end:.1f}" stroke="#ddd"/>')
            if panel == 0:
                out.append(text(begin - 6, y + 4, time_name(exponent), "end"))
        for _, column, color in LINES:
            line = [(across(panel, x), down(y))
                    for x, y in sorted(points.get((degree, column), []))]
            if not line:
                continue
            way = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
            out.append(f'<polyline points="{way}" fill="none" '
                       f'stroke="{color}" stroke-width="2"/>')
            out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>'
                    for x, y in line]
    out.append(text(width / 2, bottom + 34, "firms"))
    for place, (name, _, color) in enumerate(LINES):
        x = LEFT + place * 200
        out.append(f'<path d="M{x} {bottom + 52}h24" stroke="{color}" '
                   'stroke-width="2"/>')
        out.append(text(x + 30, bottom + 56, name, "start"))
    return "\n".join(out) + "\n</svg>\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    drawn = picture(table())
    if not parser.parse_args().check:
        PICTURE.write_text(drawn, encoding="utf-8")
    elif not PICTURE.exists() or PICTURE.read_text(encoding="utf-8") != drawn:
        sys.exit(f"{PICTURE} is older than the table: bench/clearing_plot.py")


if __name__ == "__main__":
    main()
