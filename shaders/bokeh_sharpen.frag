#version 330
// What is gathered at half of the resolution is read between pixels twice, which softens the rims of its discs: that is taken back in part.
uniform sampler2D gathered;

#include "common/bokeh.glsl"
#include "common/highlights.glsl"

out vec4 sharp;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), end = textureSize(gathered, 0) - 1;
    vec4 here = texelFetch(gathered, at, 0), around = vec4(0.0), least = here, most = here;
    for (int i = 0; i < 4; i++) {
        vec4 there = texelFetch(gathered, clamp(at + (2 * (i & 1) - 1) * ivec2(i >> 1, 1 - (i >> 1)), ivec2(0), end), 0);
        around += there;
        least = min(least, there);
        most = max(most, there);
    }
    // No more than a little beyond what is there: the rim of a lamp's disc would ring.
    vec4 room = 0.5 * (most - least);
    sharp = clamp(here + SHARPENED * (4.0 * here - around), max(least - room, 0.0), min(most + room, BRIGHTEST));
    sharp.a = min(sharp.a, 1.0);
}
