#version 330
// Full resolution: pixels as they are; FINELY: small circles gathered here; WIDE: large ones from the gather at less.
// RIMS: there may be an edge of something sharp before something blurred.
uniform sampler2D light;       // where there are small circles
uniform sampler2D color;       // of the back slice: its alpha is the invented share
uniform sampler2D tiles;
uniform sampler2D wide;        // half resolution

#ifdef RIMS
uniform sampler2D depth;
uniform vec2 lens;             // signed radius in pixels: lens.x + lens.y * depth as stored
#endif

#include "common/bokeh.glsl"
#include "common/depth.glsl"

out vec4 picture;

#ifdef RIMS
// Light of what is sharp round a pixel, and its share: a surface has one depth in a pixel, all of it or none, so that its edge
// before a blur would be one of steps.
vec4 sharp_round(ivec2 pixel) {
    vec4 sharp = vec4(0.0);
    ivec2 end = textureSize(color, 0) - 1;
    for (int i = 0; i < 9; i++) {
        ivec2 off = ivec2(i % 3 - 1, i / 3 - 1), at = clamp(pixel + off, ivec2(0), end);
        float share = 1.0 - smoothstep(FINE, COARSE, abs(radius_of(texelFetch(depth, at, 0).r, lens)));
        if (share > 0.0) sharp += share * float((2 - abs(off.x)) * (2 - abs(off.y))) / 16.0 * vec4(min(texelFetch(color, at, 0).rgb, 1.0), 1.0);
    }
    return sharp;
}
#endif

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
#endif
#ifdef RIMS
    vec4 sharp = sharp_round(pixel);
#ifdef FINELY
    if (coarse < 1.0) sharp.rgb = sharp.a * picture.rgb;
#endif
    picture.rgb = mix(picture.rgb, sharp.rgb + (1.0 - sharp.a) * gathered.rgb, step(1e-3, gathered.a));
#elif defined(WIDE)
    picture.rgb = gathered.rgb;
#endif
}
