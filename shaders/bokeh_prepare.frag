#version 330
// What is about in focus, as its gather reads it: light and coverage, and the signed radius times its weight.
#ifdef LAMPS
uniform sampler2D lamps;
#endif

#include "common/bokeh.glsl"
#include "common/slice.glsl"

layout(location = 0) out vec4 light;
layout(location = 1) out float radius;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    light = texelFetch(color, at, 0);
    float r = light.a > 0.0 ? radius_at(at) : 0.0;
    light = light_of(light, r);
#ifdef LAMPS
    light = without(texelFetch(lamps, ivec2(gl_FragCoord.xy / CELL), 0), light, r);
#endif
    radius = r * weight_of(light);
}
