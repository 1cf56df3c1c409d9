// Circles are signed radii in full-resolution pixels: positive behind the focus, negative in front of it.
const float TILE = 16.0;       // pixels: side of the tiles in which the largest circles are known; viewer/render/bokeh.py
const float CELL = 4.0;        // pixels: side of the cells whose lamps are drawn as discs; viewer/render/bokeh.py
const float SHARP = 0.5;       // pixels: a radius that no pixel can show
const float FINE = 3.0;        // pixels: radius from which a half-resolution gather takes over,
const float COARSE = 4.5;      //   wholly from here on: by then it holds all that such a blur leaves
const float COARSEST = 12.0;   // pixels: radius from which a quarter of the resolution will do
const float FRONT_FROM = 3.5;  // pixels: radius in front of the focus from which a surface becomes a veil of its own; viewer/render/bokeh.py
const float APART = 0.5;       // pixels of radius between two surfaces
const float THIN = 1.0;        // pixels: radius from which a surface may be seen round
const float READ_FROM = 2.0;   // pixels: radius from which it is read at half the resolution beside what is blurred more

const float RIM = 0.4;         // pixels over which a disc ends: reading between pixels softens it by one more

// Pixels: radii up to which a gather reads at half, a quarter and an eighth of the resolution. A disc's radius is
// then no more than a dozen of what it reads, so that few points leave no gaps; what would show them is drawn as a disc.
const float AT_HALF = 24.0, AT_QUARTER = 32.0, AT_EIGHTH = 64.0;

const float DIM = 0.02;                 // of white: what is darker all round counts as this, when it is asked what is a lamp
const vec2 STANDS_OUT = vec2(8.0, 16.0); // times as bright as what is around: a lamp from here on, wholly from there on

// Rows of points of the iris, for radii up to 2 and 4 pixels, for larger ones, and for those that are gathered at a quarter of
// the resolution: x, y for an iris of radius 1, radius within its shape, and share of the light. viewer/render/bokeh.py: ROWS
layout(std140) uniform Iris { vec4 taps[128]; };
uniform int ends[4];
uniform float cats_eye;

#ifdef COARSELY
int row_for(float r) { return 3; }
#else
int row_for(float r) { return r < 2.0 ? 0 : r < 4.0 ? 1 : 2; }
#endif

int first_of(int row) { return row > 0 ? ends[row - 1] : 0; }

// Light and its circle as they are stored: radius times light, so that between two pixels the brighter one's circle counts. Read
// as it is, a lamp's light beside a wall would have half the wall's. dim: of three times white, light that counts as little as none.
// At full resolution thin dark things count as well; at less nothing sharp may be seen beside it.
const float DIM_FULL = 0.3, DIM_LESS = 0.02;
vec4 stored(vec3 light, float r, float dim) { return vec4(light, clamp(r * (dot(light, vec3(1.0)) + dim), -6e4, 6e4)); }
vec4 restored(vec4 light, float dim) { return vec4(light.rgb, light.a / (dot(light.rgb, vec3(1.0)) + dim)); }

// What a gather has found, each the sum of light and of weights.
struct Found {
    vec4 over;    // stands in front and spreads over this pixel
    vec4 same;    // of this pixel's own surface
    vec4 behind;  // shows through as far as the own surface, blurred, leaves gaps
};

// How far round a pixel of signed radius `here` to look, with the largest radii behind and in front of the focus that may
// reach it: what is behind a surface shows beyond that surface's own blur, if there is any.
float reach_of(float here, float limit, vec4 most) {
    float own = abs(here);
    float behind = own < THIN ? own : min(most.r, 2.0 * own);
    return max(min(max(own, behind), limit), most.g);
}

// Adds one sample (light, signed radius) at `tap` of a gather over `reach` pixels round a pixel of signed radius `here`.
void collect(inout Found found, vec4 light, float here, float reach, vec4 tap) {
    float own = abs(here);
    bool covers = light.a < here - APART && -light.a > own, behind = light.a > here + APART;
    float r = abs(light.a);
    // Behind what is blurred in front of the focus things go on; behind a sharp surface they do not come over it.
    if (behind) r = here < 0.0 ? max(r, own) : own < THIN ? min(r, own) : r;
    r = max(r, SHARP);
    vec4 k = tap.w / (r * r) * clamp((r - reach * tap.z) / RIM + 0.5, 0.0, 1.0) * vec4(light.rgb, 1.0);
    if (covers) found.over += k * reach * reach;
    else if (behind) found.behind += k;
    else found.same += k;
}

vec3 collected(Found found, vec3 own_light, float here, float reach) {
    float share = mix(1.0, min(found.same.a * reach * reach, 1.0), here < 0.0 ? smoothstep(SHARP, 3.0 * SHARP, -here) : smoothstep(THIN, 2.0 * THIN, here));
    // A sharp pixel is what it is, however far what reaches it was looked for.
    vec3 surface = found.same.a > 0.0 ? mix(own_light, found.same.rgb / found.same.a, smoothstep(0.5 * SHARP, 1.5 * SHARP, abs(here))) : own_light;
    if (found.behind.a > 0.0) surface = mix(found.behind.rgb / found.behind.a, surface, share);
    vec4 over = found.over / max(found.over.a, 1.0);
    return over.rgb + (1.0 - over.a) * surface;
}

// CATS_EYE: whether the lens's barrel hides a point of the iris, seen from a part of the frame.
bool vignetted(vec2 at, vec2 field) {
#ifdef CATS_EYE
    return length(at + cats_eye * field) > 1.0;
#else
    return false;
#endif
}

// Reading between pixels of `coarse` pixels, and being read between those of `pixel`, widens a disc: its points lie closer.
float drawn_in(float reach, float coarse, float pixel) { return sqrt(max(1.0 - (1.4 * coarse * coarse + pixel * pixel) / (reach * reach), 0.3)); }

// Gathers round `at` (0..1 over the picture) from a picture of any resolution. step_: of a tap, 0..1 over the picture; field:
// where the pixel lies in the frame, 1 at its corners.
Found found_in(sampler2D light, vec2 at, vec2 step_, vec2 field, float here, float reach, float dim) {
    Found found = Found(vec4(0.0), vec4(0.0), vec4(0.0));
    int row = row_for(reach);
    for (int i = first_of(row); i < ends[row]; i++)
        if (!vignetted(taps[i].xy, field)) collect(found, restored(textureLod(light, at - taps[i].xy * step_, 0.0), dim), here, reach, taps[i]);
    return found;
}

// The foreground's light and coverage, premultiplied; radius: its radii times coverage. In front of the focus the image of the iris
// is upside down; a sample lies where its light comes from. soft: pixels over which a disc ends.
vec4 veil_in(sampler2D light, sampler2D radius, vec2 at, vec2 step_, vec2 field, float reach, float soft) {
    vec4 veil = vec4(0.0);
    int row = row_for(reach);
    for (int i = first_of(row); i < ends[row]; i++) {
        if (vignetted(taps[i].xy, field)) continue;
        vec2 there = at + taps[i].xy * step_;
        vec4 sample_ = textureLod(light, there, 0.0);
        float r = textureLod(radius, there, 0.0).r / max(sample_.a, 1e-4);
        veil += taps[i].w * (reach * reach) / max(r * r, 1.0) * clamp((r - reach * taps[i].z) / soft + 0.5, 0.0, 1.0) * sample_;
    }
    return veil / max(veil.a, 1.0);
}
