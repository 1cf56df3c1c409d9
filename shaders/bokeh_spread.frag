#version 330
// What may reach a tile: the largest radii of all tiles from which a circle that large comes so far.
uniform sampler2D tiles;
uniform sampler2D front_tiles;
uniform bool has_veil;
uniform int reach;         // tiles

#include "common/bokeh.glsl"

out vec4 largest;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), end = textureSize(tiles, 0) - 1;
    largest = vec4(0.0);
    for (int y = -reach; y <= reach; y++)
        for (int x = -reach; x <= reach; x++) {
            ivec2 there = at + ivec2(x, y);
            if (there != clamp(there, ivec2(0), end)) continue;
            vec4 theirs = texelFetch(tiles, there, 0);
            if (has_veil) theirs.b = texelFetch(front_tiles, there, 0).b;
            float gap = TILE * max(max(abs(x), abs(y)) - 1, 0);
            largest.rgb = max(largest.rgb, theirs.rgb * step(vec3(gap), theirs.rgb));
            if (gap == 0.0) largest.a = max(largest.a, theirs.a);
        }
}
