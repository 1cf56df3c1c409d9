#version 330
// Lamps of a slice: of every cell the light that a few points of the iris would show as dots and a soft rim, so that it is
// drawn as a disc instead (bokeh_discs.*). BEHIND: of lamps, what is hidden, too: a lens sees round what hides it.
uniform sampler2D around;      // of the tiles
uniform float coarseness;      // pixels to one of a picture of the usual size: lamps and their edges are so much larger
#ifdef BEHIND
uniform sampler2D behind;      // what a lens sees round: lamps alone or, where the slice is two, all of the farther one
uniform sampler2D behind_depth;
#endif

#include "common/bokeh.glsl"
#include "common/slice.glsl"

layout(location = 0) out vec4 lamp;     // light in all, and signed radius
layout(location = 1) out vec4 place;    // x, y: its middle within the cell; z: mean square of its extent, in pixels
layout(location = 2) out vec4 found;    // r: brightness over which light is drawn as the disc's; g: over which it is the lamp's;
                                        // b: the lamp's radius

const float OVER = 1.5;                 // times as bright as what is around: what the lamp leaves behind
const vec2 SHOWS = vec2(0.02, 0.06);    //   and its disc
const float NONE = BRIGHTEST;

// Light at a pixel, and its signed radius.
vec4 light_at(ivec2 at, out float r) {
    vec4 pixel = texelFetch(color, at, 0);
    r = radius_at(at);
#ifdef BEHIND
    vec4 lamp = texelFetch(behind, at, 0);
    float stored = texelFetch(behind_depth, at, 0).r, there = radius_of(stored, lens);
    // What it is just behind of, a shade, would not hide its disc (bokeh_discs.frag).
    if (stored > 0.0 && there > r + 3.0 * APART && bright(lamp.rgb) > bright(pixel.rgb)) {
        pixel = lamp;
        r = min(there, MUCH);
    }
#endif
    return light_of(pixel, r);
}

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy), first = cell * int(CELL), end = textureSize(color, 0) - 1;
    lamp = vec4(0.0);
    place = vec4(0.0);
    found = vec4(NONE);
    float root = 0.0;
    for (int i = 0; i < 4; i++) {
        vec2 at = gl_FragCoord.xy * CELL / TILE + 1.5 * coarseness * (vec2(i & 1, i >> 1) - 0.5);
        root += 0.25 * textureLod(around, at / vec2(textureSize(around, 0)), 0.0).r;
    }
    float base = max(root * root, DIM);
    // A lamp's faint edge goes with the lamp, though its depth may be that of what is behind: the brightest light tells the radius.
    int near_by = int(2.0 * coarseness);
    float sum = 0.0, radii = 0.0, weights = 0.0, most = 0.0;
    for (int y = -near_by; y < int(CELL) + near_by; y++)
        for (int x = -near_by; x < int(CELL) + near_by; x++) {
            ivec2 at = first + ivec2(x, y);
            if (at != clamp(at, ivec2(0), end)) continue;
            float r;
            vec4 pixel = light_at(at, r);
#ifndef FAR
            if (pixel.a == 0.0) continue;
#endif
            float light = bright(pixel.rgb), over = max(light - OVER * base, 0.0);
            radii += over * over * r;
            weights += over * over;
            sum += over;
            most = max(most, light);
        }
    if (sum == 0.0) return;
    float r = max(radii / weights, SHARP);    // of a soft edge far from anything that has depth it is none
    found.gb = vec2(min(OVER * base, BRIGHTEST), r);
    float taken = smoothstep(STANDS_OUT.x, STANDS_OUT.y, sum / (CELL * CELL * base))
        * smoothstep(SHOWS.x, SHOWS.y, sum / (3.14 * r * r * base));
    if (taken == 0.0) return;
    float cut = mix(most, OVER * base, taken);
    sum = 0.0;
    vec3 moment = vec3(0.0);
    for (int i = 0; i < int(CELL * CELL); i++) {
        ivec2 at = first + ivec2(i % int(CELL), i / int(CELL));
        if (at != min(at, end)) continue;
        float there;
        vec3 light = light_at(at, there).rgb;
        float over = max(bright(light) - cut, 0.0);
        vec2 p = vec2(at - first) + 0.5;
        lamp.rgb += over / max(bright(light), 1e-6) * light;
        sum += over;
        moment += over * vec3(p, dot(p, p));
    }
    moment /= max(sum, 1e-6);
    // A pixel has an extent, too.
    place = vec4(moment.xy, max(0.5 * (moment.z - dot(moment.xy, moment.xy)), 0.0) + 1.0 / 12.0, 0.0);
    found.r = min(cut, BRIGHTEST);
    lamp.a = r;
}
