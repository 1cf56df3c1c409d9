#version 330
// What may reach a tile: the largest radii of all tiles from which a circle that large comes so far; and what has to be done.
uniform sampler2D tiles;
uniform sampler2D around;
uniform sampler2D front_tiles;
uniform sampler2D front_around;
uniform bool has_veil;
uniform float highlights;
uniform int reach;         // tiles
uniform int ring;          // tiles round about that tell what a lamp stands out of

#include "common/bokeh.glsl"

layout(location = 0) out vec4 largest;    // r: behind the focus, g: before it, b: of the veil
layout(location = 1) out float kind;      // bits: viewer/render/bokeh.py

bool has_lamps(sampler2D around, ivec2 at, float base) {
    return texelFetch(around, at, 0).g * highlights > STANDS_OUT.x * max(base * base, DIM);
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), end = textureSize(tiles, 0) - 1;
    vec4 own = texelFetch(tiles, at, 0), near_by = vec4(-1e4);
    largest = vec4(0.0);
    vec3 roots = vec3(0.0);    // back, front, and how many
    for (int y = -reach; y <= reach; y++)
        for (int x = -reach; x <= reach; x++) {
            ivec2 there = at + ivec2(x, y);
            if (there != clamp(there, ivec2(0), end)) continue;
            vec4 theirs = texelFetch(tiles, there, 0);
            if (has_veil) theirs.b = texelFetch(front_tiles, there, 0).b;
            float gap = TILE * max(max(abs(x), abs(y)) - 1, 0);
            largest.rgb = max(largest.rgb, theirs.rgb * step(vec3(gap), theirs.rgb));
            if (gap == 0.0) near_by = max(near_by, theirs);
            if (max(abs(x), abs(y)) <= ring) roots += vec3(texelFetch(around, there, 0).r, texelFetch(front_around, there, 0).r, 1.0);
        }
    bool blurred = max(near_by.r, near_by.g) > SHARP || largest.g > SHARP;
    kind = 1.0 * float(own.a > 0.0 && blurred) + 2.0 * float(max(own.r, own.g) > FINE) + 4.0 * float(has_veil && largest.b >= FRONT_FROM)
         + 8.0 * float(has_lamps(around, at, roots.x / roots.z)) + 16.0 * float(has_veil && has_lamps(front_around, at, roots.y / roots.z))
         + 32.0 * float(has_veil && texelFetch(front_tiles, at, 0).b > 0.0)
         + 64.0 * float(near_by.a > 0.0 && blurred) + 128.0 * float(max(near_by.r, near_by.g) > FINE)
         + 256.0 * float(near_by.a < COARSE - COARSEST);
}
