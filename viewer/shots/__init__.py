"""Shots: the film vocabulary as moves on a timeline. Pure Python, no OpenGL.

    easing       how a value leaves one key and reaches the next
    timeline     keys, tracks and holds: what a move is made of; moves add up with `+`
    framing      subjects on the plate, where a camera sees them, and the shot sizes
    rigs         how a move is carried out: dolly, slider, Steadicam, handheld …
    performance  evaluation: the Camera at any time t
    moves        every move by its film name; `make` makes one. The moves themselves, in three rooms on
                 scene (what a move starts from) and words (from words to numbers): camera_moves (push-in, dolly
                 zoom, arc …), focus_pulls (rack, follow …), combinations (rack over the shoulder …)
    comparison   a push-in beside its matched zoom, in numbers
    advice       what will not work, why, and the remedy
    kit          cameras, lenses and delivery ratios
    document     the shot as one immutable value; shotfile reads and writes it, errors what it cannot hold
"""
