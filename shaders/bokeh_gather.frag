#version 330
// Half-resolution gather. BACK: every sample whose own disc reaches here, and nothing sharper that stands in front.
// VEIL: the foreground's light and coverage, which spread over whatever is behind.
uniform sampler2D light;         // half resolution
uniform sampler2D coarse;        // quarter resolution, for circles from `grains` on
#ifdef VEIL
uniform sampler2D radius;
uniform sampler2D coarse_radius;
#endif
uniform sampler2D tiles;
uniform float lamp;              // times white, from which a tile is gathered at full resolution
uniform float grains;            // pixels

#include "common/bokeh.glsl"

out vec4 gathered;

void main() {
    vec2 size = vec2(textureSize(light, 0)), at = gl_FragCoord.xy / size, texel = 0.5 / size, field = (2.0 * gl_FragCoord.xy - size) / length(size);
    vec4 most = texelFetch(tiles, ivec2(gl_FragCoord.xy * 2.0 / TILE), 0);
    gathered = vec4(0.0);
#ifdef VEIL
    if (most.b < FRONT_FROM || most.a > lamp) return;
    float reach = most.b + 1.0;     // to the end of the rim
    if (reach < grains) gathered = veil_in(light, radius, at, texel, field, reach, 2.0);
    else gathered = veil_in(coarse, coarse_radius, at, texel, field, reach, 4.0);
#else
    vec4 here = texelFetch(light, ivec2(gl_FragCoord.xy), 0);
    float reach = reach_of(here.a, 1e4, most);
    if (most.a > lamp || max(most.r, most.g) < FINE) { gathered = vec4(here.rgb, 1.0); return; }
    Found found;
    if (reach < grains) found = found_in(light, at, texel, field, here.a, reach);
    else found = found_in(coarse, at, texel, field, here.a, reach);
    gathered = vec4(collected(found, here.rgb, here.a, reach), 1.0);
#endif
}
