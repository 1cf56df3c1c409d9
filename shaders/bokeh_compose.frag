#version 330
// Full resolution: pixels as they are; FINELY: small circles gathered here; WIDE: large ones from the gather at less.
uniform sampler2D light;       // where there are small circles
uniform sampler2D color;       // of the back slice: its alpha is the invented share
uniform sampler2D tiles;
uniform sampler2D wide;        // half resolution

#include "common/bokeh.glsl"

out vec4 picture;

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    picture = texelFetch(color, pixel, 0);
    vec2 size = vec2(textureSize(color, 0)), at = gl_FragCoord.xy / size;
#ifdef WIDE
    vec4 gathered = textureLod(wide, at, 0.0);
    gathered.rgb /= max(gathered.a, 1e-3);
#endif
#ifdef FINELY
    vec4 most = texelFetch(tiles, ivec2(gl_FragCoord.xy / TILE), 0), here = restored(texelFetch(light, pixel, 0), DIM_FULL);
    float coarse = smoothstep(FINE, COARSE, abs(here.a)), reach = coarse < 1.0 ? reach_of(here.a, COARSE, most) : 0.0;
    picture.rgb = here.rgb;
    if (reach > SHARP) {
        Found found = found_in(light, at, reach / size, (2.0 * gl_FragCoord.xy - size) / length(size), here.a, reach, DIM_FULL);
        picture.rgb = mix(here.rgb, collected(found, here.rgb, here.a, reach), smoothstep(SHARP, 2.0 * SHARP, reach));
    }
#ifdef WIDE
    picture.rgb = mix(picture.rgb, gathered.rgb, coarse);
#endif
#elif defined(WIDE)
    picture.rgb = gathered.rgb;
#endif
}
