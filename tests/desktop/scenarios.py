"""What a person does at the window, played by the Dear ImGui Test Engine: python scenarios.py NAME FOLDER SCALE [PLATE…]

Each scenario gets the engine's context, the Window, and `note(name)`, which takes a screenshot and writes down
where the pictures are and what the playhead does. The notes end up in FOLDER/report.json.
"""
import json
import sys
import time
from pathlib import Path

from imgui_bundle import hello_imgui, imgui
from imgui_bundle.immapp import testing

from viewer.cli import _parser, arguments
from viewer.desktop.window import Window

sizes = []  # that the window is still to get, by the thread that owns it
PLAYHEAD, PLAY = "//**/##playhead", "//**/##play"


def first_start(ctx, window, note):
    """Nobody touches anything."""
    note("opening")
    wait(ctx, lambda: window.push.frame is not None)
    wait(ctx, lambda: not window.transport.playing)
    note("end")


def scrub(ctx, window, note):
    wait(ctx, lambda: window.push.frame is not None)
    ctx.item_click(PLAY)  # a shot plays when it opens; this pauses it
    ctx.item_input_value(PLAYHEAD, 0.0)
    ctx.yield_(2)
    note("start")
    ctx.item_input_value(PLAYHEAD, 75.0)
    ctx.yield_(2)
    note("later")
    left, right = (getattr(ctx.item_info(PLAYHEAD).rect_full, corner) for corner in ("min", "max"))
    y = (left.y + right.y) / 2
    ctx.mouse_move_to_pos((left.x + 10, y))
    ctx.mouse_down()
    ctx.mouse_move_to_pos(((left.x + right.x) / 2, y))
    ctx.yield_(2)
    note("dragging")
    ctx.mouse_up()


def keys(ctx, window, note):
    wait(ctx, lambda: window.push.frame is not None)
    for name, key in (("end", imgui.Key.end), ("home", imgui.Key.home), ("step", imgui.Key.right_arrow),
                      ("back", imgui.Key.left_arrow)):
        ctx.key_press(key)
        ctx.yield_(2)
        note(name)
    ctx.key_press(imgui.Key.space)
    ctx.yield_(8)
    note("played")
    ctx.key_press(imgui.Key.space)
    ctx.yield_(2)
    note("paused")
    ctx.yield_(8)
    note("still")
    ctx.item_click(PLAY)
    ctx.yield_(8)
    note("clicked")
    ctx.key_press(imgui.Key.space)  # and does not press the button that was clicked last as well
    ctx.yield_(2)
    note("spaced")


def resize(ctx, window, note):
    wait(ctx, lambda: window.push.frame is not None)
    ctx.key_press(imgui.Key.end)
    for name, size in (("wide", (1280, 500)), ("tall", (700, 720)), ("tiny", (400, 300))):
        sizes.append(size)
        until = time.monotonic() + 0.6
        wait(ctx, lambda: time.monotonic() > until)
        note(name)


def wait(ctx, condition, seconds=100):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError
        ctx.yield_()


def main(scenario, folder, scale, *words):
    args = _parser("open").parse_args(["open", *words])
    window = Window(lambda: arguments.open_plate(args), lambda plate: arguments.find_subject(args, plate))
    window.params.dpi_aware_params.dpi_window_size_factor = float(scale)
    window.params.callbacks.pre_new_frame = lambda: sizes and hello_imgui.change_window_size(sizes.pop())
    report = {}

    def play(ctx):
        def note(name):
            testing.capture(ctx, str(Path(folder) / f"{name}.png"))
            playhead, screen = ctx.item_info(PLAYHEAD).rect_full, imgui.get_io().display_size
            report[name] = {"push": window.push.rect, "zoom": window.zoom.rect,
                            "figures": [window.push.figures, window.zoom.figures],
                            "position": window.transport.position, "playing": window.transport.playing,
                            "playhead": [playhead.min.x, playhead.min.y, playhead.max.x, playhead.max.y],
                            "screen": [screen.x, screen.y]}
        globals()[scenario](ctx, window, note)

    window.run(lambda params: testing.run(test_function=play, runner_params=params))
    (Path(folder) / "report.json").write_text(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
