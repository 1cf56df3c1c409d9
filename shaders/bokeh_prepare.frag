#version 330
// The back slice at full resolution, where small circles are gathered from it: light and signed radius, as shaders/common/bokeh.glsl stores them.
#ifdef LAMPS
uniform sampler2D lamps;
#endif

#include "common/bokeh.glsl"
#include "common/slice.glsl"

out vec4 light;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    float r = radius_at(at);
    light = light_of(texelFetch(color, at, 0), r);
#ifdef LAMPS
    light = without(texelFetch(lamps, ivec2(gl_FragCoord.xy / CELL), 0), light, r);
#endif
    light = stored(light.rgb, r, DIM_FULL);
}
