"""The window. It draws nothing itself that is part of a picture: pictures come from `viewer.render`.

    window      hello_imgui's one window: puts the panels together and runs a frame
    session     what panels read and edit: the document, the clock, the view, and figures that follow from them
    view        what is shown and how; a value
    screening   quick pictures while something moves, better and better ones at rest; projector makes and compares them
    picture     the pictures' place: figures, overlays, the wipe; tools is the mouse in it
    timeline    ruler, lanes, keys; transport is the row over it
    panels      lens and takes, moves, advice
    commands    what the actions do: keys, menus, palette, the list of keys; keys has Dear ImGui's names for them
    rehearse    the keys, or a game controller, are the rig
    mending     scale and repair of the plate's depth: tools, map, panel; layering has layers follow in the background
    files       open, save, recent, unsaved, recovered; browsing asks for a path, opening does the slow part
    exporting   films and screenshots
    monitor     the director's
    job_thread  a thread for slow work, which tells how far it is; upload_thread one with an OpenGL context of its own
    display     what is left to do when it goes
    style       how it all looks
"""
