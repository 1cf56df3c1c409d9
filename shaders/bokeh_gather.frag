#version 330
// Gather at half the resolution, or COARSELY at a quarter.
// FAR: every sample whose own disc reaches here, and nothing sharper that stands in front.
// BETWEEN: the same with coverage, over what is farther still.
// VEIL: the foreground's light and coverage, which spread over whatever is behind.
uniform sampler2D at_half;       // the slice at half the resolution and less
uniform sampler2D at_quarter;
uniform sampler2D at_eighth;
uniform sampler2D at_sixteenth;
#if defined(VEIL) || defined(BETWEEN)
uniform sampler2D radius_at_half;
uniform sampler2D radius_at_quarter;
uniform sampler2D radius_at_eighth;
uniform sampler2D radius_at_sixteenth;
#endif
uniform sampler2D tiles;
uniform float nearest;           // radius at which the far slice begins
#ifdef BETWEEN
uniform float farthest;          //   and where it ends
#endif

#ifndef BETWEEN
#define COMPLETE
#endif
#include "common/bokeh.glsl"
#include "common/highlights.glsl"

out vec4 gathered;

const float GAPS = 0.97;    // of a pixel, that its own surface hides
const float WIDER = 2.0;    // times as far as was looked already: less far it hardly differs

#ifdef COARSELY
#define OWN at_quarter
#define OWN_RADIUS RADIUS(at_quarter)
const float PIXEL = 4.0;
#else
#define OWN at_half
#define OWN_RADIUS RADIUS(at_half)
const float PIXEL = 2.0;
#endif

#ifndef VEIL
float slope;    // pixels of radius to one, of the own surface

// Radius of a sample, which is left as light and coverage; BETWEEN has radii in textures of their own.
#ifdef BETWEEN
#define RADIUS(level) radius_##level
float radius_in(inout vec4 light, float times_coverage) { return light.a > 1e-3 ? times_coverage / light.a : NOTHING; }
#else
#define RADIUS(level) level
float radius_in(inout vec4 light, float stored) {
    float r = radius_in(light);
    light.a = 1.0;
    return r;
}
#endif

float own_radius(ivec2 at, out vec4 light) {
    at = clamp(at, ivec2(0), textureSize(OWN, 0) - 1);
    light = texelFetch(OWN, at, 0);
    return radius_in(light, texelFetch(OWN_RADIUS, at, 0).r);
}

// What of a radius changes from a pixel to the next on either side.
float slope_of(float here, ivec2 step_) {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 light;
    return min(abs(own_radius(at + step_, light) - here), abs(own_radius(at - step_, light) - here)) / PIXEL;
}

void far_in(inout Found found, sampler2D light, sampler2D radius, vec2 at, vec2 size, vec2 field, Disc own, float reach, float coarse) {
    vec2 step_ = reach / (PIXEL * size) * drawn_in(reach, coarse, PIXEL);
    int row = row_for(reach);
    for (int i = first_of(row); i < ends[row]; i++) {
        if (vignetted(taps[i].xy, field)) continue;
        vec2 there = at - taps[i].xy * step_;
        vec4 theirs = textureLod(light, there, 0.0);
        float r = radius_in(theirs, textureLod(radius, there, 0.0).r), mine = brought(own.radius, own.share, reach, taps[i]);
        collect(found, theirs, disc_of(r), own, mine, APART + slope * reach * taps[i].z, nearest, reach, taps[i]);
        found.open += (1.0 - theirs.a) * mine;
    }
}

void far_in(inout Found found, vec2 at, vec2 size, vec2 field, Disc own, float reach) {
    if (reach < AT_HALF) far_in(found, at_half, RADIUS(at_half), at, size, field, own, reach, 2.0);
    else if (reach < AT_QUARTER) far_in(found, at_quarter, RADIUS(at_quarter), at, size, field, own, reach, 4.0);
    else if (reach < AT_EIGHTH) far_in(found, at_eighth, RADIUS(at_eighth), at, size, field, own, reach, 8.0);
    else far_in(found, at_sixteenth, RADIUS(at_sixteenth), at, size, field, own, reach, 16.0);
}
#else
const vec2 CLOSER = vec2(36.0, 0.35);    // pixels of reach from which it is looked twice, and share of that which is looked at closer

vec4 veil_in(vec2 at, vec2 size, vec2 field, float reach, float from) {
    vec2 across = reach / (PIXEL * size);
    if (reach < AT_HALF) return veil_in(at_half, radius_at_half, at, across * drawn_in(reach, 2.0, PIXEL), field, reach, from, 2.0);
    if (reach < AT_QUARTER) return veil_in(at_quarter, radius_at_quarter, at, across * drawn_in(reach, 4.0, PIXEL), field, reach, from, 4.0);
    if (reach < AT_EIGHTH) return veil_in(at_eighth, radius_at_eighth, at, across * drawn_in(reach, 8.0, PIXEL), field, reach, from, 8.0);
    return veil_in(at_sixteenth, radius_at_sixteenth, at, across * drawn_in(reach, 16.0, PIXEL), field, reach, from, 16.0);
}
#endif

void main() {
    vec2 size = vec2(textureSize(OWN, 0)), at = gl_FragCoord.xy / size, field = (2.0 * gl_FragCoord.xy - size) / length(size);
    vec4 most = texelFetch(tiles, ivec2(gl_FragCoord.xy * PIXEL / TILE), 0);
#ifdef VEIL
    float reach = most.b + 1.0;     // to the end of the rim
    // What is blurred much less than the most would have few points of so many: near by it is looked at once more.
    bool twice = reach > CLOSER.x;
    gathered = veil_in(at, size, field, reach, twice ? CLOSER.y : 0.0);
    if (twice) gathered += veil_in(at, size, field, CLOSER.y * reach, 0.0);
    gathered /= max(gathered.a, 1.0);
#else
#ifdef BETWEEN
    most.a = min(most.a, farthest);
#endif
    vec4 own;
    float here = own_radius(ivec2(gl_FragCoord.xy), own), reach = here == NOTHING ? most.a : reach_of(here, most.a, 0.0);
    slope = max(slope_of(here, ivec2(1, 0)), slope_of(here, ivec2(0, 1)));
    if (slope > STEEPEST) slope = 0.0;
    Found found = Found(vec4(0.0), vec4(0.0), vec4(0.0), 0.0, 0.0, 0.0, 0.0), farther = found;
    far_in(found, at, size, field, disc_of(here), reach);
    // What shows through is blurred by its own circle, however small the own one is.
    if (most.a > WIDER * reach && found.same.a < GAPS) {
        far_in(farther, at, size, field, disc_of(here), most.a);
        if (farther.behind.a > 0.0) {
            found.behind = farther.behind;
            found.open = farther.open;
        }
    }
    gathered = collected(found, own, here);
#endif
    gathered = min(gathered, BRIGHTEST);
}
