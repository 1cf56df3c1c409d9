#version 330
// The back slice at full resolution, where small circles are gathered from it: light and signed radius, as shaders/common/bokeh.glsl stores them.
uniform sampler2D tiles;
uniform sampler2D lamps;

#include "common/bokeh.glsl"
#include "common/slice.glsl"

out vec4 light;

void main() {
    if (texelFetch(tiles, ivec2(gl_FragCoord.xy / TILE), 0).a <= 0.0) discard;
    ivec2 at = ivec2(gl_FragCoord.xy);
    float r = radius_at(at);
    light = without(texelFetch(lamps, ivec2(gl_FragCoord.xy / CELL), 0), light_of(texelFetch(color, at, 0), r), r);
    light = stored(light.rgb, r);
}
