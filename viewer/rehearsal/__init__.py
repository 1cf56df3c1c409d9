"""Rehearsal: what the window does, without the window. No Dear ImGui, and OpenGL only in the process of background; values in,
values out.

    document   the shot being worked on: undo and redo, what is saved and what is not, recent files
    journal    autosave: every step goes to a file that outlives a crash, and comes back at the next start
    edits      what can be done to a shot, each a function Shot -> Shot; remedies makes advice into edits
    clock      the playhead: play, loop, in and out, speed, frames
    actions    everything that has a key: names, keys, search, a user's own keys
    controls   the keys are the rig: held keys or sticks move a camera with the rig's inertia
    recording  what was performed becomes a take; smooth makes few keys of many
    depthmap   the plate's depth as a picture to paint on
    background slow work of the window's, each a function; worker_process has it done in a process of its own
    quality    how sharp a picture may be while something moves, and what follows when it rests
"""
