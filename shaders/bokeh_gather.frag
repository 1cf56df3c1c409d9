#version 330
// Half-resolution gather. BACK: every sample whose own disc reaches here, and nothing sharper that stands in front; EVENLY:
// of one surface all of them.
// VEIL: the foreground's light and coverage, which spread over whatever is behind.
uniform sampler2D at_half;       // the slice at half the resolution and less
uniform sampler2D at_quarter;
uniform sampler2D at_eighth;
uniform sampler2D at_sixteenth;
#ifdef VEIL
uniform sampler2D radius_at_half;
uniform sampler2D radius_at_quarter;
uniform sampler2D radius_at_eighth;
uniform sampler2D radius_at_sixteenth;
#endif
#ifndef EVENLY
uniform sampler2D tiles;
#endif

#include "common/bokeh.glsl"

out vec4 gathered;   // BACK: times 1 where it is gathered, 0 elsewhere

void main() {
    vec2 size = vec2(textureSize(at_half, 0)), at = gl_FragCoord.xy / size, field = (2.0 * gl_FragCoord.xy - size) / length(size);
#ifdef VEIL
    float reach = texelFetch(tiles, ivec2(gl_FragCoord.xy * 2.0 / TILE), 0).b + 1.0;     // to the end of the rim
    vec2 across = 0.5 * reach / size;
    if (reach < AT_HALF) gathered = veil_in(at_half, radius_at_half, at, across * drawn_in(reach, 2.0), field, reach, 2.0);
    else if (reach < AT_QUARTER) gathered = veil_in(at_quarter, radius_at_quarter, at, across * drawn_in(reach, 4.0), field, reach, 4.0);
    else if (reach < AT_EIGHTH) gathered = veil_in(at_eighth, radius_at_eighth, at, across * drawn_in(reach, 8.0), field, reach, 8.0);
    else gathered = veil_in(at_sixteenth, radius_at_sixteenth, at, across * drawn_in(reach, 16.0), field, reach, 16.0);
#else
    vec4 here = restored(texelFetch(at_half, ivec2(gl_FragCoord.xy), 0));
#ifdef EVENLY
    float reach = here.a;
    vec2 across = 0.5 * reach / size;
    if (reach < AT_HALF) gathered = mean_in(at_half, at, across * drawn_in(reach, 2.0), field);
    else if (reach < AT_QUARTER) gathered = mean_in(at_quarter, at, across * drawn_in(reach, 4.0), field);
    else if (reach < AT_EIGHTH) gathered = mean_in(at_eighth, at, across * drawn_in(reach, 8.0), field);
    else gathered = mean_in(at_sixteenth, at, across * drawn_in(reach, 16.0), field);
#else
    vec4 most = texelFetch(tiles, ivec2(gl_FragCoord.xy * 2.0 / TILE), 0);
    float reach = reach_of(here.a, 1e4, most);
    vec2 across = 0.5 * reach / size;
    Found found;
    if (reach < AT_HALF) found = found_in(at_half, at, across * drawn_in(reach, 2.0), field, here.a, reach);
    else if (reach < AT_QUARTER) found = found_in(at_quarter, at, across * drawn_in(reach, 4.0), field, here.a, reach);
    else if (reach < AT_EIGHTH) found = found_in(at_eighth, at, across * drawn_in(reach, 8.0), field, here.a, reach);
    else found = found_in(at_sixteenth, at, across * drawn_in(reach, 16.0), field, here.a, reach);
    gathered = smoothstep(0.5 * FINE, FINE, abs(here.a)) * vec4(collected(found, here.rgb, here.a, reach), 1.0);
#endif
#endif
}
