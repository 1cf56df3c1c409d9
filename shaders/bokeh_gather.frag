#version 330
// Half-resolution gather. BACK: every sample whose own disc reaches here, and nothing sharper that stands in front.
// VEIL: the foreground's light and coverage, which spread over whatever is behind.
uniform sampler2D light;       // half resolution
#ifdef VEIL
uniform sampler2D radius;
#endif
uniform sampler2D tiles;
uniform float lamp;            // times white, from which a tile is gathered at full resolution
uniform float cats_eye;

#include "common/bokeh.glsl"

out vec4 gathered;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 size = vec2(textureSize(light, 0));
    vec4 most = texelFetch(tiles, ivec2(gl_FragCoord.xy * 2.0 / TILE), 0);
    vec2 field = (2.0 * gl_FragCoord.xy - size) / length(size);
    gathered = vec4(0.0);
#ifdef VEIL
    if (most.b < FRONT_FROM || most.a > lamp) return;
    float reach = most.b + 1.0;     // to the end of the rim
#else
    vec4 here = texelFetch(light, at, 0);
    float reach = reach_of(here.a, 1e4, most);
    if (most.a > lamp || max(most.r, most.g) < FINE) { gathered = vec4(here.rgb, 1.0); return; }
    Found found = Found(vec4(0.0), vec4(0.0), vec4(0.0));
#endif
    int row = row_for(reach), first = first_of(row), last = first + counts[row];
    for (int i = first; i < last; i++) {
        vec4 tap = taps[i];
        if (cats_eye > 0.0 && length(tap.xy + cats_eye * field) > 1.0) continue;
#ifdef VEIL
        // In front of the focus the image of the iris is upside down; a sample lies where its light comes from.
        vec2 there = (gl_FragCoord.xy + 0.5 * reach * tap.xy) / size;
        gathered += veiled(textureLod(light, there, 0.0), textureLod(radius, there, 0.0).r, reach, tap, 2.0);
#else
        vec4 sample_ = textureLod(light, (gl_FragCoord.xy - 0.5 * reach * tap.xy) / size, 0.0);
        collect(found, sample_, here.a, reach, tap);
#endif
    }
#ifdef VEIL
    gathered /= max(gathered.a, 1.0);
#else
    gathered = vec4(collected(found, here.rgb, here.a, reach), 1.0);
#endif
}
