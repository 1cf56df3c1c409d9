"""The row over the timeline: play, loop, speed, in and out, record; how A and B are compared; what the window does."""
from __future__ import annotations

from dataclasses import replace

from imgui_bundle import imgui

from ..rehearsal.clock import SPEEDS
from ..render.compare import MODES
from . import style


def bar(session) -> None:
    """Draws the row at the cursor, over the whole width."""
    em, clock, key = imgui.get_font_size(), session.clock, session.key
    corner, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    imgui.begin_disabled(session.shot is None)
    if style.button("to start", style.start_symbol, f"To the start ({key('To the start')})"):
        session.clock = clock.home()
    imgui.same_line(0, 0.3 * em)
    if style.button("play", style.pause_symbol if clock.playing else style.play_symbol,
                    f"{'Pause' if clock.playing else 'Play'} ({key('Play or pause')})", width=3.0):
        session.clock = clock.toggle()
    imgui.same_line(0, 0.3 * em)
    if style.button("loop", style.loop_symbol, f"Loop ({key('Loop')})", on=clock.loop):
        session.clock = clock.looped()
    imgui.same_line(0, 0.3 * em)
    if style.button("record", style.record_symbol, f"Record what is performed ({key('Record')})", on=session.recording):
        session.act("Record")
    imgui.same_line(0, 0.8 * em)
    imgui.set_next_item_width(4.2 * em)
    if style.begin_combo("##speed", f"{clock.speed:g}×"):
        for speed in SPEEDS:
            if imgui.selectable(f"{speed:g}×", speed == clock.speed)[0]:
                session.clock = clock.at_speed(speed)
        imgui.end_combo()
    imgui.set_item_tooltip("Speed of playing")
    for name, tip, act in (("in", "Play from here", "In point here"), ("out", "Play up to here", "Out point here")):
        imgui.same_line(0, 0.3 * em)
        if imgui.button(name):
            session.act(act)
        imgui.set_item_tooltip(f"{tip} ({key(act)})")
    imgui.end_disabled()
    imgui.same_line(0, 1.2 * em)
    at, doing = imgui.get_cursor_screen_pos(), session.doing
    room = _modes(session, corner, width, em) - at.x - em
    if style.wide(doing, 0.88) > room:
        doing = doing.split("   ")[0]      # the rate is what matters least
    style.label(imgui.get_window_draw_list(), (at.x, at.y + imgui.get_style().frame_padding.y), doing, style.QUIET, 0.88,
                room=room)
    imgui.set_cursor_screen_pos((corner.x, corner.y + imgui.get_frame_height() + 0.4 * em))
    imgui.dummy((1, 1))
    imgui.set_cursor_screen_pos((corner.x, corner.y + imgui.get_frame_height() + 0.4 * em))


def _modes(session, corner, width: float, em: float) -> float:
    """The ways of comparing, as one row of words at the right end; where that begins."""
    pad = 1.1 * em
    widths = [imgui.calc_text_size(name).x + pad for name in MODES]
    x = corner.x + width - sum(widths)
    if x < corner.x + 26 * em:  # a narrow window: the same as a list
        imgui.set_cursor_screen_pos((corner.x + width - 9 * em, corner.y))
        imgui.set_next_item_width(9 * em)
        if style.begin_combo("##mode", session.view.mode):
            for name in MODES:
                if imgui.selectable(name, name == session.view.mode)[0]:
                    session.view = replace(session.view, mode=name)
            imgui.end_combo()
        return corner.x + width - 9 * em
    draw, left = imgui.get_window_draw_list(), x
    for (name, mode), wide in zip(MODES.items(), widths):
        imgui.set_cursor_screen_pos((x, corner.y))
        if imgui.invisible_button(f"##mode {name}", (wide, imgui.get_frame_height())):
            session.view = replace(session.view, mode=name)
        on = name == session.view.mode
        ink = style.TEXT if on or imgui.is_item_hovered() else style.QUIET
        style.label(draw, (x + pad / 2, corner.y + 0.2 * em), name, ink)
        if on:
            low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
            draw.add_rect_filled((low.x + pad / 2, high.y - 2), (high.x - pad / 2, high.y), style.ink(style.VALUE))
        imgui.set_item_tooltip(mode.line)
        x += wide
    return left
