"""`pushin moves`: every move, rig, shot size and speed that a shot can be told in, from the program's own tables."""
from __future__ import annotations

import argparse

EXAMPLES = """\
examples:
  pushin moves                       everything, one line each
  pushin moves push                  what has 'push' in its name, with the words that it takes
  pushin moves crane                 what is called that on a set: boom
  pushin moves --format markdown     the same as a table for documents
  pushin moves --kit                 cameras, lenses and delivery ratios, and where to add your own
"""


def add(subparsers) -> None:
    parser = subparsers.add_parser(
        "moves", help="list every move, focus pull, combination and rig", epilog=EXAMPLES,
        description="Lists the film vocabulary: moves, focus pulls, ready-made combinations, rigs, shot sizes, speeds.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", metavar="WORD", help="only what has this in its name, or is called that on a set, with its words")
    parser.add_argument("--format", choices=("text", "markdown"), default="text", help="(default: text)")
    parser.add_argument("--kit", action="store_true", help="list cameras, lenses and delivery ratios instead")
    parser.set_defaults(run=run)


def run(args) -> int:
    table = kit_table() if args.kit else vocabulary(words=args.name is not None)
    if args.name:
        from ..shots.moves import find_moves
        called = [] if args.kit else [move.name for move in find_moves(args.name, lines=False)]
        table = [(heading, [row for row in rows if args.name.lower() in row[0].lower() or row[0] in called]) for heading, rows in table]
        table = [(heading, rows) for heading, rows in table if rows]
        if not table:
            from ..errors import PushinError
            raise PushinError(f"Nothing has '{args.name}' in its name; `pushin moves` lists everything.")
    print((_markdown if args.format == "markdown" else _text)(table), end="")
    return 0


def vocabulary(words: bool = False) -> list[tuple[str, list[tuple[str, str]]]]:
    """(heading, rows of (name, line)); with the words that each move takes if asked for."""
    from ..shots.framing import SIZES
    from ..shots.moves import MOVES, SYNONYMS
    from ..shots.rigs import RIGS
    from ..shots.words import SPEEDS, SWEEPS
    also = lambda move: f" Also called {SYNONYMS[move.name]}." if move.name in SYNONYMS else ""
    line = lambda move: f"{move.line}{also(move)} Words: {', '.join(move.words)}." if words else move.line
    kinds = (("Moves", "camera"), ("Focus", "focus"), ("Combinations", "combination"))
    return [
        *((heading, [(m.name, line(m)) for m in MOVES.values() if m.kind == kind]) for heading, kind in kinds),
        ("Rigs", [(r.name, r.line) for r in RIGS.values()]),
        ("Shot sizes", [(s.name, f"{s.short}, {s.heads:g} heads high: {s.shows}; an object takes {s.share:.0%}.")
                        for s in SIZES]),
        ("Speeds", [(name, f"The subject grows {rate:.0%} a second; turns and sideways travel cross "
                     f"{SWEEPS[name]:.0%} of the frame.") for name, rate in SPEEDS.items()]),
    ]


def kit_table() -> list[tuple[str, list[tuple[str, str]]]]:
    from ..shots.kit import kit, kit_file
    known = kit()
    return [
        ("Cameras", [(b.name, f"{b.width:g} x {b.height:g} mm" + (f", {b.pixels[0]} x {b.pixels[1]} pixels" if b.pixels
                                                                  else "")) for b in known.bodies]),
        ("Lenses", [(e.name, f"{e.t_stops}, focuses to {e.minimum_focus:g} m"
                     + (f", squeeze {e.squeeze:g}" if e.squeeze != 1 else "")) for e in known.lenses]),
        ("Delivery ratios", [(r.name, r.use) for r in known.ratios]),
        ("Your own", [(str(kit_file()), "a file of the same form as the program's kit.toml")]),
    ]


def _text(table) -> str:
    width = max(len(name) for _, rows in table for name, _ in rows)
    return "\n".join(f"{heading}\n" + "".join(f"  {name.ljust(width)}  {line}\n" for name, line in rows)
                     for heading, rows in table)


def _markdown(table) -> str:
    return "\n".join(line for heading, rows in table for line in
                     (f"### {heading}", "", "| | |", "| --- | --- |", *(f"| {name} | {text} |" for name, text in rows),
                      "")).rstrip() + "\n"
