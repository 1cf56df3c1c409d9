#version 330
// Gather at half the resolution, or COARSELY at a quarter. BACK: every sample whose own disc reaches here, and nothing sharper that stands in front.
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
uniform sampler2D tiles;

#include "common/bokeh.glsl"

out vec4 gathered;   // BACK: times 1 where it is gathered, 0 elsewhere

#ifdef COARSELY
#define OWN at_quarter
const float PIXEL = 4.0;
#else
#define OWN at_half
const float PIXEL = 2.0;
#endif

void main() {
    vec2 size = vec2(textureSize(OWN, 0)), at = gl_FragCoord.xy / size, field = (2.0 * gl_FragCoord.xy - size) / length(size);
#ifdef VEIL
    float reach = texelFetch(tiles, ivec2(gl_FragCoord.xy * PIXEL / TILE), 0).b + 1.0;     // to the end of the rim
    vec2 across = reach / (PIXEL * size);
    if (reach < AT_HALF) gathered = veil_in(at_half, radius_at_half, at, across * drawn_in(reach, 2.0, PIXEL), field, reach, 2.0);
    else if (reach < AT_QUARTER) gathered = veil_in(at_quarter, radius_at_quarter, at, across * drawn_in(reach, 4.0, PIXEL), field, reach, 4.0);
    else if (reach < AT_EIGHTH) gathered = veil_in(at_eighth, radius_at_eighth, at, across * drawn_in(reach, 8.0, PIXEL), field, reach, 8.0);
    else gathered = veil_in(at_sixteenth, radius_at_sixteenth, at, across * drawn_in(reach, 16.0, PIXEL), field, reach, 16.0);
#else
    vec4 here = restored(texelFetch(OWN, ivec2(gl_FragCoord.xy), 0), DIM_LESS);
    vec4 most = texelFetch(tiles, ivec2(gl_FragCoord.xy * PIXEL / TILE), 0);
    float reach = reach_of(here.a, 1e4, most);
    vec2 across = reach / (PIXEL * size);
    Found found;
    if (reach < AT_HALF) found = found_in(at_half, at, across * drawn_in(reach, 2.0, PIXEL), field, here.a, reach, DIM_LESS);
    else if (reach < AT_QUARTER) found = found_in(at_quarter, at, across * drawn_in(reach, 4.0, PIXEL), field, here.a, reach, DIM_LESS);
    else if (reach < AT_EIGHTH) found = found_in(at_eighth, at, across * drawn_in(reach, 8.0, PIXEL), field, here.a, reach, DIM_LESS);
    else found = found_in(at_sixteenth, at, across * drawn_in(reach, 16.0, PIXEL), field, here.a, reach, DIM_LESS);
    gathered = smoothstep(0.5 * FINE, FINE, abs(here.a)) * vec4(collected(found, here.rgb, here.a, reach), 1.0);
#endif
}
