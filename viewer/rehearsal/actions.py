"""Everything that has a key: one list, from which menus, the palette, the list of keys and the tests are made.

A chord is a string such as "Ctrl+Shift+S" or "W". Actions that are held (the rig's controls) name a control and a
direction; all others run once per press.

    actions = Actions(own_keys())
    actions.bind("Play or pause", clock.toggle, enabled=lambda: clock.duration > 0)
    actions.run("Play or pause")
    actions.search("rack")                     # for the palette

Users change keys in `keys.toml` in their configuration folder:

    [keys]
    "Play or pause" = "P"
    "Next frame" = ["Right", "."]
"""
from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from .. import folders
from ..errors import PushinError

MODIFIERS = ("Ctrl", "Alt", "Shift", "Super")
KEYS = (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"0123456789", *(f"F{n}" for n in range(1, 13)), "Space", "Enter", "Tab",
        "Escape", "Backspace", "Delete", "Insert", "Home", "End", "PageUp", "PageDown", "Left", "Right", "Up", "Down",
        *",./;'[]\\-=`?")
"""Keys by what is printed on them; "?" is Shift+/ where that types it."""


class Action(NamedTuple):
    """Something that can be done.

    name      in the film's words, unlike every other
    category  what it is filed under
    keys      chords, the first one shown in menus
    help      one sentence
    control   of the rig, for an action that is held: a field of controls.Controls, and in which direction it is pushed
    """

    name: str
    category: str
    keys: tuple[str, ...]
    help: str
    control: str = ""
    push: float = 0.0


def _actions(text: str) -> tuple[Action, ...]:
    """The table below: a category on a line of its own, then one action per line."""
    found, category = [], ""
    for line in text.strip().splitlines():
        parts = [part.strip() for part in line.split("|")]
        if len(parts) == 1:
            category = parts[0]
            continue
        keys, name, words, *held = parts
        control, push = held[0].split() if held else ("", 0)
        found.append(Action(name, category, tuple(keys.split()), words, control, float(push)))
    return tuple(found)


ACTIONS = _actions("""
File
Ctrl+O              | Open                     | Opens a picture with depth, or a shot.
Ctrl+Shift+O        | Open recent              | Opens one of the files opened last.
Ctrl+Shift+B        | The bundled plate        | Opens the plate that comes with the program.
Ctrl+S              | Save                     | Saves the shot to its file.
Ctrl+Shift+S        | Save as                  | Saves the shot to another file.
Ctrl+E              | Export                   | Renders the shot to a film or to frames, while you go on working.
Ctrl+.              | Cancel export            | Stops the export that is running.
F12                 | Screenshot               | Saves the picture as it is, without overlays.
Shift+F12           | Screenshot with overlays | Saves the picture with what lies over it.
Ctrl+Q              | Quit                     | Closes the window; asks where work is unsaved.
Edit
Ctrl+Z              | Undo                     | Takes the last step back, however many there are.
Ctrl+Shift+Z Ctrl+Y | Redo                     | Does again what was taken back.
Ctrl+X              | Cut                      | Takes the chosen keys out, to be pasted.
Ctrl+C              | Copy                     | Copies the chosen keys.
Ctrl+V              | Paste                    | Puts the copied keys in at the playhead.
Delete Backspace    | Delete                   | Takes the chosen keys away.
Ctrl+A              | Select all keys          | Chooses every key of the take.
Escape              | Give up                  | Gives up what is being dragged or typed, and lets go of what is chosen.
Ctrl+Enter          | Apply the remedy         | Does what the first piece of advice suggests.
Ctrl+Shift+Enter    | Apply the other remedy   | Does what is suggested second.
Play
Space               | Play or pause            | Starts and stops the clock.
Ctrl+L              | Loop                     | At the end the clock goes on from the start.
[                   | In point here            | Play and loop from the playhead on.
]                   | Out point here           | Play and loop up to the playhead.
\\                  | Clear in and out         | Play all of it again.
Left                | Previous frame           | One frame back.
Right               | Next frame               | One frame on.
Shift+Left          | Back a second            | One second back.
Shift+Right         | On a second              | One second on.
Home                | To the start             | To the first frame, or the in point.
End                 | To the end               | To the last frame, or the out point.
Up                  | Previous key             | To the key before the playhead.
Down                | Next key                 | To the key behind the playhead.
-                   | Slower                   | The clock runs at the next lower speed.
=                   | Faster                   | The clock runs at the next higher speed.
Ctrl+=              | Normal speed             | The clock runs as it will on the day.
Compare
F1                  | A alone                  | Take A fills the picture.
Shift+F1            | B alone                  | Take B fills the picture.
F2                  | Side by side             | A and B beside each other, on one clock.
F3                  | Wipe                     | B over A up to a line that can be dragged.
F4                  | Blink                    | A and B in turns.
Shift+F4            | Difference               | How far A and B differ, pixel by pixel.
F5                  | Onion                    | A and B through each other.
Ctrl+Left           | Wipe left                | The wipe's line goes to the left.
Ctrl+Right          | Wipe right               | The wipe's line goes to the right.
Ctrl+Down           | Turn the wipe            | The wipe's line leans farther.
X                   | Swap A and B             | A becomes B, and B becomes A.
View
F6                  | Frame lines              | The delivered frame, and thirds.
Shift+F6            | Next delivery ratio      | All of the plate, then the kit's ratios in turn.
F7                  | Invented pixels          | What the plate never showed.
F8                  | Focus peaking            | Edges that are in focus.
Shift+F8            | Depth of field           | The blur of the lens; without it all is sharp.
F9                  | Near, sharp, far         | Tints what is in front of, within and behind the depth of field.
F10                 | Marks                    | Subjects and focus marks in the picture.
Shift+F10           | Figures                  | Focal length, travel, sizes and depth of field below the picture.
V                   | Loupe                    | The picture under the cursor at 100 %.
Ctrl+F              | Director's monitor       | A clean picture with frame lines on the second screen.
Ctrl+Shift+L        | Lens panel               | Takes, with lens, stop, rig and notes; delivery and subjects.
Ctrl+Shift+A        | Advice panel             | What stands against the takes, with remedies.
F11                 | Full screen              | The window fills the screen.
Ctrl+0              | Panels as they were      | Puts all panels back to their places.
Keys
Enter               | Set a key                | Sets a key at the playhead for what the camera does there.
Alt+Enter           | Add a lane               | A lane for something that nothing moves yet: pan, zoom, iris and the rest.
Alt+Left            | Move key back            | Moves the chosen keys one frame back.
Alt+Right           | Move key on              | Moves the chosen keys one frame on.
Alt+1               | Ease linear              | The way from the chosen keys is even.
Alt+2               | Ease in                  | It starts slowly.
Alt+3               | Ease out                 | It ends slowly.
Alt+4               | Ease both                | It starts and ends slowly.
Alt+5               | Hold                     | It stays, and jumps to the next key.
Ctrl+B              | Snap to frames           | Keys and playhead stay on frames while they are dragged.
Takes
Ctrl+T              | New take                 | A take that stands where this one starts.
Ctrl+D              | Duplicate take           | The same take under another name.
Ctrl+Delete         | Throw take away          | Removes the take; undo brings it back.
Ctrl+M              | Choose a move            | Every move by its film name.
Ctrl+Shift+M        | Add a move               | A move on top of what the take does, from the playhead on.
Ctrl+R              | Rename take              | Gives the take another name.
Ctrl+1              | Show as A                | Compares this take as A.
Ctrl+2              | Show as B                | Compares this take as B.
Ctrl+3              | Match B to A             | B shows the subject as large as A, by zooming or by travelling.
Ctrl+Shift+3        | Free from match          | B, or else A, no longer follows the other take.
Ctrl+K              | Smooth take              | Few keys in place of many, within a stated error.
Ctrl+Shift+T        | Retime take              | Gives the take another duration.
Ctrl+Shift+N        | Notes                    | Words that are kept with take A.
Lens
PageDown            | Next lens                | The kit's next lens on take A, or any.
PageUp              | Previous lens            | The lens before it.
Alt+F               | Focal length             | Take A's focal length, to be typed.
F                   | Wider stop               | Take A's iris opens by a third of a stop.
Shift+F             | Narrower stop            | It closes by a third; without a lens all is sharp beyond the last.
Subjects
.                   | Next subject             | The next subject is the one that counts.
,                   | Previous subject         | The one before it counts.
Ctrl+N              | Name subject             | Names what was boxed in the picture.
Shift+Delete        | Remove subject           | Takes away the subject that counts.
Ctrl+Shift+R        | Rack to next subject     | Sets a rack from this subject to the next at the playhead.
Ctrl+Shift+F        | Follow subject           | Focus stays on the subject however the camera travels.
Depth
B                   | Mend the depth           | Scale and repair of the plate's depth; its map takes B's place.
Shift+1             | Known distance           | Something is so far away: one sets the scale, a second one the offset.
Shift+2             | Known height             | Somebody is so tall, which sets the scale.
Shift+3             | Push nearer              | A brush that brings a region nearer.
Shift+4             | Push farther             | A brush that takes a region farther away.
Shift+5             | Make flat                | A brush that brings a region to one distance.
Shift+6             | Flatten behind           | What is behind a subject becomes one plane.
Shift+7             | Cut out                  | A subject's depth gets the edges that the picture shows.
Shift+]             | Bigger brush             | Paints more at once.
Shift+[             | Smaller brush            | Paints less at once.
Shift+=             | Stronger brush           | A stroke pushes farther.
Shift+-             | Weaker brush             | A stroke pushes less far.
G                   | Before or after          | The depth before all repairs, until pressed again.
Ctrl+Shift+G        | Take all repairs back    | The depth without repairs; undo brings them back.
Ctrl+Shift+K        | Forget the scale         | Distances as they were before anything was said of them.
Rehearse
Tab                 | Rehearse                 | The keys are the rig, until pressed again.
R                   | Record                   | Records what is performed into a new take.
T                   | Tap tempo                | Tapped in time, it sets how long a pull takes.
Ctrl+Home           | Back to one              | The camera back to where the take starts.
Ctrl+G              | Next rig                 | Dolly, slider, gimbal, Steadicam, handheld, drone, locked-off.
1                   | Focus mark 1             | Focus goes to the first subject in the time of a pull.
2                   | Focus mark 2             | Focus goes to the second subject.
3                   | Focus mark 3             | Focus goes to the third subject.
4                   | Focus mark 4             | Focus goes to the fourth subject.
5                   | Focus mark 5             | Focus goes to the fifth subject.
6                   | Focus mark 6             | Focus goes to the sixth subject.
7                   | Focus mark 7             | Focus goes to the seventh subject.
8                   | Focus mark 8             | Focus goes to the eighth subject.
9                   | Focus mark 9             | Focus goes to the ninth subject.
0                   | Focus at infinity        | Focus goes to infinity.
The rig, while held
W                   | Dolly in                 | Travels towards what the camera sees.   | dolly 1
S                   | Dolly out                | Travels away from it.                   | dolly -1
D                   | Truck right              | Travels to the right.                   | truck 1
A                   | Truck left               | Travels to the left.                    | truck -1
E                   | Boom up                  | Travels up.                             | boom 1
Q                   | Boom down                | Travels down.                           | boom -1
J                   | Pan left                 | Turns the head to the left.             | pan -1
L                   | Pan right                | Turns the head to the right.            | pan 1
I                   | Tilt up                  | Turns the head up.                      | tilt 1
K                   | Tilt down                | Turns the head down.                    | tilt -1
Z                   | Roll left                | Leans the head to the left.             | roll -1
C                   | Roll right               | Leans the head to the right.            | roll 1
O                   | Zoom in                  | Lengthens the lens.                     | zoom 1
U                   | Zoom out                 | Shortens the lens.                      | zoom -1
N                   | Focus nearer             | Pulls focus nearer.                     | focus 1
M                   | Focus farther            | Pulls focus farther.                    | focus -1
Help
?                   | All keys                 | Shows every action with its key.
Ctrl+P              | Find an action           | Finds any action by a part of its name.
""")


def chord(text: str) -> str:
    """A chord in its one form, modifiers in order: "shift + ctrl + s" is "Ctrl+Shift+S"; PushinError if it is none."""
    *held, key = [part.strip() for part in text.split("+")]
    by_name = {name.lower(): name for name in (*KEYS, *MODIFIERS)}
    by_name |= {"control": "Ctrl", "option": "Alt", "cmd": "Super", "return": "Enter", "esc": "Escape", "del": "Delete"}
    named = [by_name.get(part.lower()) for part in (*held, key)]
    if named[-1] not in KEYS or not all(name in MODIFIERS for name in named[:-1]) or len(set(named)) < len(named):
        raise PushinError(f"'{text[:40]}' is not a key; write it like W, F5, Space or Ctrl+Shift+S.")
    modifiers = [m for m in MODIFIERS if m in named[:-1]]
    if named[-1] == "/" and "Shift" in modifiers:
        modifiers.remove("Shift")
        named[-1] = "?"
    return "+".join([*modifiers, named[-1]])


def own_keys(file: Path | None = None) -> dict[str, tuple[str, ...]]:
    """A user's keys by action; PushinError says what is wrong with the file."""
    file = file or folders.settings() / "keys.toml"
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise PushinError(f"{file} cannot be read: {error.strerror or error}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PushinError(f"{file} is not a TOML file: {error}.") from None
    keys = table.pop("keys", {})
    if table or not isinstance(keys, dict):
        raise PushinError(f"{file}: it has one table, [keys], and nothing else.")
    own = {}
    for name, chords in keys.items():
        chords = [chords] if isinstance(chords, str) else chords
        if not isinstance(chords, list) or not all(isinstance(c, str) for c in chords):
            raise PushinError(f"{file}: '{name}' is a key such as \"W\", or a list of them.")
        try:
            own[name] = tuple(chord(c) for c in chords)
        except PushinError as error:
            raise PushinError(f"{file}: {name}: {error}") from None
    return own


def usable_actions() -> tuple[Actions, str]:
    """The actions with a user's own keys; or, where these cannot be used, with the usual ones, and what is wrong."""
    try:
        return Actions(own_keys()), ""
    except PushinError as error:
        return Actions(), str(error)


class Actions:
    """The actions with their keys and what they do.

    own    a user's keys by action, in place of the usual ones
    table  the actions

    PushinError where an action is not known, or two have the same key.
    """

    def __init__(self, own: Mapping[str, tuple[str, ...]] | None = None, table: tuple[Action, ...] = ACTIONS):
        own = dict(own or {})
        known = {action.name.lower(): action.name for action in table}
        for name in list(own):
            if name.lower() not in known:
                near = difflib.get_close_matches(name.lower(), known, 1, 0.5)
                hint = f"; did you mean '{known[near[0]]}'?" if near else "."
                raise PushinError(f"keys.toml: there is no action called '{name}'{hint}")
            own[known[name.lower()]] = own.pop(name)
        self.all = tuple(action._replace(keys=tuple(map(chord, own.get(action.name, action.keys)))) for action in table)
        self._named = {action.name: action for action in self.all}
        by_key: dict[str, Action] = {}
        for action in self.all:
            for key in action.keys:
                other = by_key.setdefault(key, action)
                if other is not action:
                    raise PushinError(f"{key} is the key of both '{other.name}' and '{action.name}'; give one of them "
                                      "another in keys.toml.")
        self._run: dict[str, Callable[[], object]] = {}
        self._enabled: dict[str, Callable[[], bool]] = {}

    def __getitem__(self, name: str) -> Action:
        return self._named[name]

    def key(self, name: str) -> str:
        """What to press for an action, as a sentence tells it; its name where it has no key."""
        return next(iter(self[name].keys), f"'{name}'")

    @property
    def held(self) -> tuple[Action, ...]:
        """The rig's controls."""
        return tuple(action for action in self.all if action.control)

    @property
    def categories(self) -> dict[str, list[Action]]:
        """All actions by category, for the list of keys."""
        found: dict[str, list[Action]] = {}
        for action in self.all:
            found.setdefault(action.category, []).append(action)
        return found

    def bind(self, name: str, run: Callable[[], object], enabled: Callable[[], bool] = lambda: True) -> None:
        """Says what an action does, and when it can be done."""
        self._run[self[name].name], self._enabled[name] = run, enabled

    @property
    def unbound(self) -> list[str]:
        """Actions that nothing does yet, held ones aside."""
        return [action.name for action in self.all if not action.control and action.name not in self._run]

    def enabled(self, name: str) -> bool:
        return self[name].name in self._run and bool(self._enabled[name]())

    def run(self, name: str) -> bool:
        """Does it; False where it cannot be done now."""
        if not self.enabled(name):
            return False
        self._run[name]()
        return True

    def search(self, text: str) -> list[Action]:
        """Actions by letters of their names in order ("sbs": Side by side), then by words of their help; best first."""
        words = text.lower().split()
        if not words:
            return list(self.all)
        scored = [(_score(words, action), action) for action in self.all]
        return [action for score, action in sorted((s for s in scored if s[0] > 0), key=lambda s: -s[0])]


def _score(words: list[str], action: Action) -> float:
    """How well an action answers to words; 0: not at all."""
    name = action.name.lower()
    if name == " ".join(words):
        return 1000
    if all(any(part.startswith(word) for part in name.split()) for word in words):
        return 500 - len(name)
    if all(word in name for word in words):
        return 300 - len(name)
    found = _in_order("".join(words), name)
    if found:
        return 100 + found - len(name) / 10
    rest = f"{action.category} {action.help}".lower()
    return 50.0 if all(word in f"{name} {rest}" for word in words) else 0.0


def _in_order(letters: str, name: str) -> float:
    """Points for letters that stand in a name in this order: more at the beginnings of words and side by side."""
    if len(letters) < 2:
        return 0.0
    at, points = -1, 0.0
    for letter in letters:
        start = next((i for i in range(at + 1, len(name)) if name[i] == letter and (i == 0 or name[i - 1] == " ")), -1)
        side = at + 1 < len(name) and name[at + 1] == letter and at >= 0
        next_at = at + 1 if side else start if start >= 0 else name.find(letter, at + 1)
        if next_at < 0:
            return 0.0
        points += 2 if side or next_at == start else 0.2
        at = next_at
    return points if points >= len(letters) else 0.0   # letters strewn anywhere are no match
