// Circles are signed radii in full-resolution pixels: positive behind the focus, negative in front of it.
// TILE, CELL, SHARP, MUCH, BEGINS, FINE, SHARPENED, EXTENT, TAPS, GRID and STEPS come from viewer/render/bokeh.py.
const float MOST_IN_FOCUS = 5.5; // pixels: radius of anything in the slice between them
const float COARSEST = 10.0;   // pixels: radius from which a quarter of the resolution will do
const float APART = 0.5;       // pixels of radius between two surfaces
const float STEEPEST = 0.4;    // pixels of radius to one: what changes by more is an edge and no slope
const float NEARER = 0.6;      // of a radius behind the focus: what is blurred less is another surface, before it
const float THIN = 1.0;        // pixels: radius from which a surface may be seen round

const float RIM = 0.4;         // pixels over which a disc ends: reading between pixels softens it by one more

// Pixels: radii up to which a gather reads at half, a quarter and an eighth of the resolution. A disc's radius is
// then no more than 16 of what it reads, so that few points leave no gaps; what would show them is drawn as a disc.
const float AT_HALF = 32.0, AT_QUARTER = 48.0, AT_EIGHTH = 96.0;

const float DIM = 0.02;                 // of white: what is darker all round counts as this, when it is asked what is a lamp
const vec2 STANDS_OUT = vec2(8.0, 16.0); // times as bright as what is around: a lamp from here on, wholly from there on

// Rows of points of the iris, for radii up to 4, 6, 12 and 28 pixels, for larger ones, and for those that are gathered at a quarter of the
// resolution: x, y for an iris of radius 1, radius within its shape, and share of the light. The pixels round one, those first that a
// smaller iris reaches: x, y, radius of the iris on whose rim that is, and pixels to one of that radius. And for radii in steps of
// 1 / FINE, how large a disc is drawn, and of how many pixels that is. viewer/render/bokeh.py: ROWS, GRID
layout(std140) uniform Iris { vec4 taps[TAPS]; vec4 grid[GRID]; vec4 areas[STEPS]; };
uniform int ends[6];
uniform float cats_eye;

#ifdef COARSELY
int row_for(float r) { return 5; }
#else
int row_for(float r) { return r < 4.0 ? 0 : r < 6.0 ? 1 : r < 12.0 ? 2 : r < 28.0 ? 3 : 4; }
#endif

int first_of(int row) { return row > 0 ? ends[row - 1] : 0; }

// Radii are stored times this, of light and coverage, so that between two pixels the brighter one's circle counts: read as it is, a
// lamp's light beside a wall would have half the wall's.
float weight_of(vec4 light) { return max(dot(light, vec4(1.0)), 1e-6); }

// The far slice's are stored in its alpha, a half float: scaled so that the largest fits in beside the brightest light.
float stored_radius(float r, vec3 light) { return r / (3.0 * MUCH) * weight_of(vec4(light, 1.0)); }
float radius_in(vec4 stored) { return stored.a * (3.0 * MUCH) / weight_of(vec4(stored.rgb, 1.0)); }

// What a gather has found, each the sum of light and of weights.
struct Found {
    vec4 over;    // stands in front and spreads over this pixel
    vec4 same;    // of this pixel's own surface
    vec4 behind;  // shows through as far as the own surface, blurred, leaves gaps
    float open;   // gaps that nothing in the slice fills
    float all;     // the own disc, as far as it was looked at,
    float covered; // and what of it something in front stands before
    float hidden; // what a nearer slice brings: here it only stands in for what nobody knows behind it
};

const float LEAST = 0.05;       // of a disc, that counts as seen past what stands before it

const float NOTHING = 1e3;     // signed radius of a pixel that the slice leaves open: everything in it is in front of that

// How far round a pixel of signed radius `here` to look, with the largest radii behind and in front of the focus that may
// reach it: what is behind a surface shows beyond that surface's own blur, if there is any.
float reach_of(float here, float behind, float before) {
    float own = abs(here);
    return max(max(own, own < THIN ? own : min(behind, 1.5 * own)), before);
}

// From none to all: by how much a surface of a signed radius is seen as blurred.
float blurred_by(float radius) { return smoothstep(SHARP, 1.25 * SHARP, abs(radius)); }

// The disc of a signed radius: its radius, SHARP at the least, and the share of its light that a pixel (EXACT), or a point of the iris,
// brings.
struct Disc { float signed_, radius, share; };

#ifdef EXACT
#ifdef RING
uniform float ring;
#endif

// A disc of pixels is drawn so large that it blurs by as much as the lens does.
Disc disc_of(float radius) {
    float r = abs(radius), at = FINE * clamp(r, SHARP, MOST_IN_FOCUS);
    vec4 steps = areas[int(at)];        // this one's and the next one's
    vec2 drawn = mix(steps.xz, steps.yw, fract(at));
    return Disc(r < SHARP || r == NOTHING ? radius : sign(radius) * drawn.x, drawn.x, 1.0 / drawn.y);
}

// One as shaders/bokeh_prepare.frag stored it; sharp: radius that one of no radius is drawn with.
Disc disc_in(vec2 stored, float sharp) { return Disc(stored.r, clamp(abs(stored.r), sharp, MOST_IN_FOCUS), stored.g); }

// Of the light of a pixel with this disc, what reaches the one at `tap` of the grid round it.
float brought(float r, float share, float reach, vec4 tap) {
    float light = share * clamp((r - tap.z) * tap.w + 0.5, 0.0, 1.0);
#ifdef RING
    float middle = 0.5 * (tap.z - 0.5 + min(tap.z + 0.5, r)), within = min((middle * middle + EXTENT) / (r * r), 1.0);
    light *= 1.0 + ring * (2.0 * within - 1.0);
#endif
    return light;
}
#else
Disc disc_of(float radius) {
    float r = max(abs(radius), SHARP);
    return Disc(radius, r, 1.0 / (r * r));
}

// Of the light of a sample with this disc, what it brings at `tap` of a gather over `reach` pixels.
float brought(float r, float share, float reach, vec4 tap) {
    return tap.w * reach * reach * share * clamp((r - reach * tap.z) / RIM + 0.5, 0.0, 1.0);
}
#endif

// Adds one sample, light and coverage, at `tap` of a gather over `reach` pixels round a pixel with the disc `own`.
// mine: what it would bring with the disc `own`. COMPLETE: what nobody sees of this surface ends where something nearer begins.
// nearest: signed radius at which the slice ends and a nearer one begins.
// apart: pixels of radius by which it is of another surface.
void collect(inout Found found, vec4 light, Disc theirs, Disc own, float mine, float apart, float nearest, float reach, vec4 tap) {
    float here = own.signed_, radius = theirs.signed_;
    bool before = radius < here - apart, behind = radius > here + apart;
    bool covers = before && (-radius > abs(here) || here > BEGINS && radius < NEARER * here);
    // Behind what is blurred in front of the focus things go on, a sky as bright as it is, lamps hardly: the brighter something is, the
    // less it tells. Behind a sharp surface they do not come over it.
    if (behind && (here < 0.0 ? theirs.radius < own.radius : own.radius < THIN && theirs.radius > own.radius)) {
        theirs = own;
        if (here < 0.0) light /= max(1.0, max(light.r, max(light.g, light.b)));
    }
    float k = brought(theirs.radius, theirs.share, reach, tap);
    if (here == NOTHING) k *= blurred_by(radius);    // a sharp edge ends where it does
#ifndef COMPLETE
    else if (!behind && !covers)    // behind what does not come over it, it goes on: a sharp leaf beside its blurred stalk keeps the sky out
        found.hidden += smoothstep(0.0, APART, here - radius) * max(mine - k, 0.0) * light.a;
#endif
    found.all += mine;
    if (radius < nearest) found.hidden += k * light.a;
    else if (covers) {
        found.over += k * light;
        found.covered += mine * light.a;
    }
    else if (behind) found.behind += k * light;
    else found.same += k * light;
}

// Light and coverage of what was found round a pixel of this light and coverage.
vec4 collected(Found found, vec4 own, float here) {
    // What is seen past it is shared by those that are: a wall that ends at a pillar leaves no gap there.
    float share = mix(own.a, min((found.same.a + found.hidden) / max(found.all - found.covered, LEAST), 1.0), blurred_by(here));
    // A sharp pixel is what it is, however far what reaches it was looked for.
    vec4 surface = own / max(own.a, 1e-4);
    if (found.same.a > 0.0) surface = mix(surface, found.same / found.same.a, blurred_by(here));
    float rest = found.behind.a + found.open;
    surface = rest > 0.0 ? share * surface + (1.0 - share) / rest * found.behind : surface;
    vec4 over = found.over;
    over /= max(over.a, 1.0);
    return over + (1.0 - over.a) * surface;
}

// CATS_EYE: whether the lens's barrel hides a point of the iris, seen from a part of the frame.
bool vignetted(vec2 at, vec2 field) {
#ifdef CATS_EYE
    return length(at + cats_eye * field) > 1.0;
#else
    return false;
#endif
}

// Means of four pixels, reading between them, `coarse` wide, and being read between such of `pixel`, widen a disc. Its points lie closer
// by as much as sharpening (bokeh_sharpen.frag) does not take back: variances are 1/12 and 1/6 of those widths squared, 2 SHARPENED of a
// pixel at half the resolution squared, and 1/4 of the radius squared.
float drawn_in(float reach, float coarse, float pixel) {
    return sqrt(max(1.0 - (coarse * coarse + 0.67 * pixel * pixel - 32.0 * SHARPENED) / (reach * reach), 0.3));
}

// The foreground's light and coverage, premultiplied, from where a gather over `reach` pixels is farther than `from` of that; radius: its
// radii times coverage. In front of the focus the image of the iris is upside down; a sample lies where its light comes from. soft: pixels
// over which a disc ends.
vec4 veil_in(sampler2D light, sampler2D radius, vec2 at, vec2 step_, vec2 field, float reach, float from, float soft) {
    vec4 veil = vec4(0.0);
    int row = row_for(reach);
    for (int i = first_of(row); i < ends[row]; i++) {
        if (taps[i].z < from || vignetted(taps[i].xy, field)) continue;
        vec2 there = at + taps[i].xy * step_;
        vec4 sample_ = textureLod(light, there, 0.0);
        float r = textureLod(radius, there, 0.0).r / max(sample_.a, 1e-4);
        veil += taps[i].w * (reach * reach) / max(r * r, 1.0) * clamp((r - reach * taps[i].z) / soft + 0.5, 0.0, 1.0) * sample_;
    }
    return veil;
}
