#version 330
// What may reach a tile: the largest radii of all tiles from which a circle that large comes so far; and what has to be done.
uniform sampler2D tiles;
uniform sampler2D front_tiles;
uniform sampler2D front_around;
uniform sampler2D far_tiles;
uniform sampler2D far_around;
uniform bool has_front;
uniform bool has_far;
uniform float highlights;
uniform int reach;         // tiles
uniform int ring;          // tiles round about that tell what a lamp stands out of

#include "common/bokeh.glsl"

layout(location = 0) out vec4 largest;    // of what is about in focus, r: behind the focus, g: before it; b: of the veil; a: of the far slice
layout(location = 1) out float kind;      // bits: viewer/render/bokeh.py

bool has_lamps(sampler2D around, ivec2 at, float base) {
    return texelFetch(around, at, 0).g * highlights > STANDS_OUT.x * max(base * base, DIM);
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), end = textureSize(tiles, 0) - 1;
    vec4 near_by = vec4(0.0), by_them = vec4(0.0);    // beside it; and beside those
    float finest = -MUCH;
    largest = vec4(0.0);
    vec3 roots = vec3(0.0);    // in front, far, and how many
    for (int y = -reach; y <= reach; y++)
        for (int x = -reach; x <= reach; x++) {
            ivec2 there = at + ivec2(x, y);
            if (there != clamp(there, ivec2(0), end)) continue;
            int steps = max(abs(x), abs(y));
            float gap = TILE * max(steps - 1, 0);
            if (steps <= 2) {
                vec4 theirs = texelFetch(tiles, there, 0);
                by_them = max(by_them, theirs);
                if (steps <= 1) near_by = max(near_by, theirs);
            }
            if (has_front) {
                float theirs = texelFetch(front_tiles, there, 0).b;
                largest.b = max(largest.b, theirs * step(gap, theirs));
            }
            if (has_far) {
                vec4 theirs = texelFetch(far_tiles, there, 0);
                largest.a = max(largest.a, theirs.r * step(gap, theirs.r));
                if (steps <= 1) finest = max(finest, theirs.a);
            }
            if (steps <= ring) roots += vec3(texelFetch(front_around, there, 0).r, texelFetch(far_around, there, 0).r, 1.0);
        }
    largest.rg = near_by.rg;
    roots.rg /= roots.b;
    kind = 1.0 * float(max(near_by.r, near_by.g) > SHARP) + 2.0 * float(max(by_them.r, by_them.g) > SHARP)
         + 4.0 * float(has_far && near_by.a > 0.0) + 8.0 * float(has_far && by_them.a > 0.0) + 16.0 * float(finest < -COARSEST)
         + 32.0 * float(has_front && largest.b >= BEGINS) + 64.0 * float(has_front && texelFetch(front_tiles, at, 0).b > 0.0)
         + 128.0 * float(has_front && has_lamps(front_around, at, roots.r)) + 256.0 * float(has_far && has_lamps(far_around, at, roots.g));
}
