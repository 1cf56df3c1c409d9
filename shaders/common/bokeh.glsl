// Circles are signed radii in full-resolution pixels: positive behind the focus, negative in front of it.
const float TILE = 16.0;       // pixels: side of the tiles in which the largest circles are known; viewer/render/bokeh.py
const float SHARP = 0.5;       // pixels: a radius that no pixel can show
const float FINE = 2.5;        // pixels: radius from which a half-resolution gather takes over,
const float COARSE = 4.0;      //   wholly from here on: by then it holds all that such a blur leaves
const float FRONT_FROM = 3.0;  // pixels: radius in front of the focus from which a surface becomes a veil of its own,
const float FRONT_WHOLE = 5.0; //   wholly from here on

float radius_of(float stored, vec2 lens) { return lens.x + lens.y * (stored >= 0.5 ? stored - 0.5 : stored); }
