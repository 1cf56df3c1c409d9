"""`pushin move`: a shot file from words."""
from __future__ import annotations

import argparse
import os
import re
from dataclasses import replace

from ..counted import counted
from ..errors import PushinError
from . import arguments

EXAMPLES = """\
subjects are named on the bundled plate (mira, tom); on your own they are
  X,Y                                    a point: something at that depth, of no known shot size
  LEFT,TOP,RIGHT,BOTTOM                  an object's box
  NAME=LEFT,TOP,RIGHT,BOTTOM             the same with a name
  NAME=LEFT,TOP,RIGHT,BOTTOM/L,T,R,B     a person: figure, and head from crown to chin

examples:
  pushin move --move push-in --subject mira --from medium --to close-up --seconds 6 -o shot.json
  pushin move photo.exr --move push-in --subject anna=300,90,640,700/390,90,520,260 --amount 25% -o anna.json
  pushin move --append --move "dolly zoom in" --subject mira --amount 0.5m --speed slow --rig steadicam -o shot.json
  pushin move --move "truck 0.4m left" --move "pan 5°" --seconds 4 -o truck.json
  pushin move --move static --focus rack --to-subject tom --f-stop 2 --focus-at 1.5 -o rack.json
  pushin move --move "rack over the shoulder" --to-subject tom --camera "ALEXA 35 4.6K 16:9" \\
              --lens "Supreme Prime 35" -o shoulder.json
`pushin moves` lists every move and rig; `pushin describe`, `advise` and `render` take the shot from there.
"""

WORDS = ("amount", "start", "end", "seconds", "speed", "ease", "toward", "size", "angle", "rise", "sideways", "beat",
         "side", "pull")


def add(subparsers) -> None:
    parser = subparsers.add_parser(
        "move", help="make a shot from words: a push-in, a rack, a dolly zoom …", epilog=EXAMPLES,
        description="Writes a shot file from the words of film: a move (or several, which add up), focus, a rig and a "
                    "lens. A move that changes the subject's size also gets its matched counterpart as take B.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_plate(parser)
    move = parser.add_argument_group("move")
    move.add_argument("--move", action="append", default=None, metavar="NAME",
                      help="what the camera does, by any name that it has on a set, if need be with its amount; several add up "
                           "(default: static)")
    move.add_argument("--subject", action="append", metavar="SUBJECT", help="who it is about (default: mira on the "
                      "bundled plate); given again, others in the picture")
    move.add_argument("--to-subject", metavar="SUBJECT", help="the second subject, of a rack")
    move.add_argument("--amount", metavar="AMOUNT", help="how far: 0.4m, 1ft4in, 25%%, 30°, 50mm; with left or down the other "
                                                         "way")
    move.add_argument("--from", dest="start", metavar="SIZE", help="shot size at the start: wide, medium, close-up …")
    move.add_argument("--to", dest="end", metavar="SIZE", help="shot size at the end")
    move.add_argument("--seconds", metavar="S", help="how long it takes (6, 2.5, 61/24)")
    move.add_argument("--speed", metavar="SPEED", help="instead: slow, moderate, fast, or 0.2m/s")
    move.add_argument("--ease", metavar="EASE", help="linear, in, out, both, hold (default: both)")
    move.add_argument("--toward", choices=("axis", "subject"), help="along the lens's axis, or straight to the subject")
    for word, about in (("size", "shot size of a combination's frame"), ("angle", "of a push-in with tilt"),
                        ("rise", "of a push-in with boom up"), ("sideways", "of a push-in with tracking"),
                        ("beat", "rest between there and back, seconds"),
                        ("side", "near or far: where soft focus "
                                 "lies"), ("pull", "seconds of the pull in a tracking shot")):
        move.add_argument(f"--{word}", metavar=word.upper(), help=about)
    move.add_argument("--rig", default="dolly", metavar="RIG", help="what carries the camera (default: dolly)")
    move.add_argument("--seed", type=int, default=1, help="of the rig's float (default: 1)")
    focus = parser.add_argument_group("focus")
    focus.add_argument("--focus", metavar="NAME",
                       help="follow, rack, dual rack, soft to sharp …, or none (default: follow the subject, if the "
                            "move does not pull focus itself)")
    focus.add_argument("--focus-at", metavar="S", help="when the pull starts")
    focus.add_argument("--focus-seconds", metavar="S", help="how long it takes (default: 1)")
    focus.add_argument("--focus-ease", metavar="EASE", help="how it eases (default: both)")
    lens = parser.add_argument_group("camera and delivery")
    lens.add_argument("--camera", metavar="NAME", help="a camera of the kit (default: the plate's sensor)")
    lens.add_argument("--lens", metavar="NAME", help="a lens of the kit (default: one without limits)")
    lens.add_argument("--f-stop", type=arguments.any_stop, metavar="N",
                      help="f-number, or with --lens the T-stop on its ring: T2.8 (default: 2.8, or the lens's widest)")
    arguments.add_iris(lens, ", or the lens's")
    lens.add_argument("--ratio", metavar="R", help="delivery ratio: 2.39, 1.85, 16:9, 4:3, 9:16 (default: the "
                                                   "camera's)")
    lens.add_argument("--delivery", metavar="D", help="HD, 2K, UHD, 4K, 8K or pixels across (default: HD)")
    lens.add_argument("--fps", metavar="F", help="frames a second: 24, 25, 23.976 or 24000/1001 (default: 24)")
    shot = parser.add_argument_group("shot")
    shot.add_argument("--number", metavar="N", help="in the shot list (default: 1)")
    shot.add_argument("--title", metavar="TEXT", help="what the scene is")
    shot.add_argument("--notes", metavar="TEXT", help="anything else")
    shot.add_argument("--take", metavar="NAME", help="the take's name (default: A, or the next letter with --append)")
    there = shot.add_mutually_exclusive_group()
    there.add_argument("--append", action="store_true", help="add the take to the shot that FILE holds already")
    there.add_argument("--replace", action="store_true", help="put a new shot in place of the one that FILE holds, with all its takes")
    shot.add_argument("--no-match", action="store_true", help="without the matched take B")
    parser.add_argument("-o", "--output", type=arguments.output, required=True, metavar="FILE", help="the shot file to write (shot.json)")
    parser.set_defaults(run=run)


def run(args) -> int:
    from ..export.description import as_text, shot_line
    from ..files import check_target
    from ..rehearsal.edits import free_name
    from ..shots.advice import advise
    from ..shots.comparison import matched
    from ..shots.document import Shot, Take, start_camera
    from ..shots.kit import kit
    from ..shots.moves import Scene, make
    from ..shots.shotfile import OPTIONS, plate_file, save

    check_target(args.output, (".json",), arguments.plate_files(args.plate, args.depth))
    _check_place(args)
    if args.append:
        _check_append(args)
        shot, plate = arguments.open_shot(args.output)
    else:
        plate = arguments.open_plate(args)
        described = {name: value for name in OPTIONS if name != "depth" and (value := getattr(args, name)) is not None}
        shot = Shot(plate_file(plate, args.plate, args.depth, **described), fps=args.fps or "24")
    subjects, main, second = _subjects(args, plate, shot)
    said = {"number": (args.number, str), "title": (args.title, str), "notes": (args.notes, str),
            "ratio": (args.ratio, kit().ratio), "body": (args.camera, kit().body), "delivery_width": (args.delivery, _delivery)}
    shot = replace(shot, subjects=subjects, **{name: read(word) for name, (word, read) in said.items() if word is not None})
    name = free_name(shot) if args.take is None else args.take
    if name in (take.name for take in shot.takes):
        raise PushinError(f"The shot has a take '{name}' already; leave --take out, or give another name.")
    lens = args.lens and kit().lens(args.lens)
    start = arguments.iris(args) | ({} if args.f_stop is None else {"f_stop": _f_number(*args.f_stop, lens)})
    camera = start_camera(shot.plate.stage, shot.body, lens or None, **start)
    bare = Take(name, make(Scene(shot.plate.stage), "static"), camera, args.rig, args.seed, lens or None)
    scene = Scene(shot.plate.stage, subjects, camera, shot.lines(bare), shot.fps)

    timeline = _timeline(scene, args, main, second)
    pull = _pull(scene, args, main, second)
    if pull:
        if args.seconds is not None and pull.duration > timeline.duration:
            raise PushinError(f"Focus arrives at {float(pull.duration):g} s, after the move, which takes "
                              f"{float(timeline.duration):g} s; give it more --seconds, or an earlier --focus-at.")
        timeline += pull
    elif not args.focus and main and not timeline.track("focus_distance"):
        timeline += make(scene, "follow focus", subject=main)
    take = replace(bare, timeline=timeline)
    shot, made = shot.with_take(take), [name]
    if main and not args.no_match and _changes_size(shot, take, main):
        other = "B" if name == "A" else f"{name} matched"
        taken = other in (take.name for take in shot.takes)
        made.append(free_name(shot) if taken else other)
        shot = shot.with_take(matched(take, main, made[-1]))
    found = {name: advise(shot, name, plate) for name in made}
    passed = next((advice for name in made for advice in found[name] if advice.topic == "travel"), None)
    if passed:
        raise PushinError(f"{passed.sentence.rstrip('.')}; {passed.remedy[0].lower()}{passed.remedy[1:]}")
    save(shot, args.output)
    print(as_text([shot_line(shot, t.name) for t in shot.takes]), end="")
    told = set()
    for name in made:
        for advice in found[name]:
            if str(advice) not in told:
                told.add(str(advice))
                print(f"{'note' if advice.works else 'warning'}: {f'take {name}: ' if name != made[0] else ''}{advice}")
    return 0


def _f_number(kind: str, stop: float, lens) -> float:
    """The f-number of a stop that was asked for; a T-stop stands on a lens."""
    if kind == "T" and not lens:
        raise PushinError(f"T{stop:g} is a mark on a lens: name the lens with --lens, or give the f-number.")
    return stop / lens.t_ratio if kind == "T" else stop


def _check_place(args) -> None:
    """Refuses to put a shot where a photo's scale and repairs are kept, in place of a file that holds no shot, or unasked in
    place of another shot."""
    from ..shots.shotfile import load
    output = args.output
    if output.lower().endswith(".pushin.json"):
        raise PushinError(f"'{output}' is where a photo's scale and repairs are kept; give the shot another name.")
    if os.path.exists(output):
        try:
            there = load(output)
        except PushinError as error:
            raise PushinError(f"'{output}' is there already and holds no shot that could be replaced ({str(error).rstrip('.')}); "
                              "give the shot another name.") from None
        if not (args.append or args.replace):
            raise PushinError(f"'{output}' holds a shot with {counted(len(there.takes), 'take')} already; add to it with --append, or "
                              "put a new one in its place with --replace.")


def _check_append(args) -> None:
    """Refuses what the shot that is there has settled: the plate, and the clock of all its takes."""
    settled = ("plate", *arguments.described(args), "at", "person", "fps")
    told = next((name for name in settled if getattr(args, name) is not None), None)
    if told:
        raise PushinError(f"{'PLATE' if told == 'plate' else '--' + told.replace('_', '-')} means nothing with --append: the "
                          "shot has its plate and its frame rate; leave it out.")


def _changes_size(shot, take, subject: str) -> bool:
    """Whether a take changes the subject's size so much that a matched take shows something else."""
    from ..shots.comparison import only_turns
    if only_turns(take):
        return False
    play = shot.perform(take.name)
    sizes = [play.size(subject, float(t)) for t in shot.frames(take.name)[::6]] + [play.size(subject, play.duration)]
    return max(sizes) > 1.05 * min(sizes)


def _timeline(scene, args, main, second):
    """The moves that were asked for, added up; every word must be understood by at least one of them."""
    from ..shots.moves import make, named_move
    # "truck 0.4m left" is a move and its own amount.
    moves = [re.fullmatch(r"(.*?)\s*([-+]?[\d.].*)?", move).groups() for move in args.move or ["static"]]
    said = {word: getattr(args, word) for word in WORDS if getattr(args, word) is not None}
    pulls = [args.focus] if (args.focus or "none").lower() != "none" else []
    for word in [*said, *(["to"] if second else [])]:
        takers = [move for move, _ in moves] + (pulls if word in ("side", "to") else [])
        if not any(word in named_move(move).words for move in takers):
            option = {"start": "from", "end": "to", "to": "to-subject"}.get(word, word)
            raise PushinError(f"--{option} means nothing to {' or '.join(takers)}; "
                              f"`pushin moves {moves[0][0]}` lists its words.")
    parts = []
    for move, amount in moves:
        words = _understood(move, {**said, "subject": main, "to": second})
        parts.append(make(scene, move, **(words | {"amount": amount} if amount else words)))
    return sum(parts[1:], parts[0])


def _pull(scene, args, main, second):
    """The focus that was asked for, or None; its words need one that understands them."""
    from ..shots.moves import make, named_move
    from ..shots.timeline import seconds
    name = None if (args.focus or "none").lower() == "none" else args.focus
    words = {"at": args.focus_at, "seconds": args.focus_seconds, "ease": args.focus_ease}
    idle = next((word for word, value in words.items() if value is not None
                 and not (name and word in named_move(name).words)), None)
    if idle:
        raise PushinError(f"--focus-{idle} means nothing to {name or 'a shot without --focus'}; ask for a pull, such as "
                          "--focus rack.")
    if not name:
        return None
    if words["at"] is not None and seconds(words["at"]) < 0:
        raise PushinError(f"--focus-at {args.focus_at} lies before the shot, which begins at 0 s.")
    return make(scene, name, **_understood(name, {"subject": main, "to": second, "side": args.side, **words}))


def _understood(move: str, words: dict) -> dict:
    from ..shots.moves import named_move
    return {word: value for word, value in words.items() if word in named_move(move).words and value is not None}


def _subjects(args, plate, shot):
    """(all subjects, the main one's name, the second one's name)."""
    from ..shots.framing import Subject
    known = {s.name: s for s in shot.subjects}
    if args.plate is None and not args.append:
        from ..bundled import bundled_subjects
        known = {s.name: Subject.at(s.name, plate, s.box, s.head, s.xy) for s in bundled_subjects()}
    names = []
    for text in [*(args.subject or []), *([args.to_subject] if args.to_subject else [])]:
        if text not in known:
            subject = _subject(text, plate, len(known), list(known))
            if known.get(subject.name, subject) != subject:
                raise PushinError(f"There is another subject called '{subject.name}' already; choose another name, or leave "
                                  "its place out.")
            known[subject.name] = subject
            text = subject.name
        names.append(text)
    second = names.pop() if args.to_subject else None
    main = names[0] if names else next((name for name in known if name != second), None)
    return tuple(known.values()), main, second


def _subject(text: str, plate, count: int, known: list[str]):
    from ..shots.framing import Subject
    name, equals, places = text.rpartition("=")
    if not equals and not re.match(r"[-\d.]", text):
        raise PushinError("There is no subject called "
                          f"'{text}'" + (f"; known are {', '.join(known)}" if known else "") +
                          ". Give its place: NAME=X,Y or NAME=LEFT,TOP,RIGHT,BOTTOM.")
    name = name or f"subject {count + 1}"
    figure, slash, head = places.partition("/")
    box = arguments.in_plate(plate, _pixels(figure, (2, 4)))
    head = arguments.in_plate(plate, _pixels(head, (4,))) if slash else None
    if head and len(box) == 4 and not _within(head, box):
        raise PushinError(f"The head of {name} lies outside of its figure; give a head, from crown to chin, inside "
                          "LEFT,TOP,RIGHT,BOTTOM, or the figure as far as the head reaches.")
    return Subject.at(name, plate, box if len(box) == 4 else None, head, box if len(box) == 2 else None)


def _within(head: tuple[float, ...], figure: tuple[float, ...]) -> bool:
    """Whether a head lies in its figure, but for a twentieth of the figure's height."""
    slack = (figure[3] - figure[1]) / 20
    return all(h >= f - slack for h, f in zip(head[:2], figure[:2])) and all(h <= f + slack for h, f in zip(head[2:], figure[2:]))


def _pixels(text: str, counts: tuple[int, ...]) -> tuple[float, ...]:
    try:
        values = tuple(map(float, text.split(",")))
    except ValueError:
        values = ()
    if len(values) not in counts:
        raise PushinError(f"'{text}' cannot be read: a subject's place is pixel coordinates such as 640,360 or "
                          "300,90,640,700.")
    return values


def _delivery(text: str) -> int:
    """Pixels across."""
    from ..optics import DELIVERY_WIDTHS
    if text.upper() in DELIVERY_WIDTHS:
        return DELIVERY_WIDTHS[text.upper()]
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise PushinError(f"'{text}' cannot be read: --delivery takes {', '.join(DELIVERY_WIDTHS)} or a number of pixels.")
    return int(text)
