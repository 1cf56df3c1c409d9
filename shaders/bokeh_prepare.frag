#version 330
// The back slice at full resolution, where small circles are gathered from it: light and signed radius.
uniform sampler2D tiles;
uniform sampler2D place;

#include "common/bokeh.glsl"
#include "common/slice.glsl"

out vec4 light;

void main() {
    if (texelFetch(tiles, ivec2(gl_FragCoord.xy / TILE), 0).a <= 0.0) discard;
    ivec2 at = ivec2(gl_FragCoord.xy);
    light = light_of(texelFetch(color, at, 0), radius_at(at));
    light.rgb *= min(texelFetch(place, ivec2(gl_FragCoord.xy / CELL), 0).w / max(bright(light.rgb), 1e-6), 1.0);
}
