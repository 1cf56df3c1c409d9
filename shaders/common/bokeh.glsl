// Circles are signed radii in full-resolution pixels: positive behind the focus, negative in front of it.
const float TILE = 16.0;       // pixels: side of the tiles in which the largest circles are known; viewer/render/bokeh.py
const float SHARP = 0.5;       // pixels: a radius that no pixel can show
const float FINE = 4.0;        // pixels: radius from which a half-resolution gather takes over,
const float COARSE = 6.0;      //   wholly from here on: by then it holds all that such a blur leaves
const float FRONT_FROM = 3.0;  // pixels: radius in front of the focus from which a surface becomes a veil of its own,
const float FRONT_WHOLE = 5.0; //   wholly from here on
const float LAMP = 1.5;        // times white, from which a disc is as bright as its rim is hard

int row_for(float r) { return r < 2.0 ? 0 : r < 6.0 ? 1 : r < 14.0 ? 2 : 3; }   // viewer/render/bokeh.py: ROWS

float radius_of(float stored, vec2 lens) { return lens.x + lens.y * (stored >= 0.5 ? stored - 0.5 : stored); }

// One sample (light, signed radius) at `tap` of a gather over `reach` pixels, as seen from a pixel of signed radius `here`.
// `back` is a mean: what is behind may come no farther than this pixel's own blur lets it. `over` covers: what stands more
// than a pixel of circle in front takes its own share of the pixel, and no more.
void collect(vec4 light, float here, float reach, vec4 tap, inout vec4 back, inout vec4 over) {
    bool covers = light.a < here - 1.0 && -light.a > abs(here);
    float r = max(light.a > here ? min(abs(light.a), abs(here)) : abs(light.a), SHARP);
    float k = tap.w / (r * r) * clamp(r - reach * tap.z + 0.5, 0.0, 1.0);
    if (covers) over += k * reach * reach * vec4(light.rgb, 1.0);
    else back += k * vec4(light.rgb, 1.0);
}

vec3 collected(vec3 own, vec4 back, vec4 over) {
    over /= max(over.a, 1.0);
    return over.rgb + (1.0 - over.a) * (back.a > 0.0 ? back.rgb / back.a : own);
}
