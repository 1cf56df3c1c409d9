#version 330
// What is about in focus, as its gather reads it: light and coverage, and the disc of every pixel.
#define EXACT
#include "common/bokeh.glsl"
#include "common/slice.glsl"

layout(location = 0) out vec4 light;
layout(location = 1) out vec2 disc;     // signed radius, NOTHING where it is empty, and the share of its light that a pixel within it gets

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    light = texelFetch(color, at, 0);
    Disc own = disc_of(light.a > 0.0 ? radius_at(at) : NOTHING);
    light = min(light_of(light, own.signed_), BRIGHTEST);
    disc = vec2(own.signed_, own.share);
}
