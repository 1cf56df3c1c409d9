#version 330
// Full resolution: sharp pixels as they are, small circles gathered here, large ones from the half-resolution gather, and
// the foreground's veil over all of it.
uniform sampler2D light;       // where there are small circles
uniform sampler2D color;       // of the back slice: its alpha is the invented share
uniform sampler2D depth;
uniform vec2 lens;
uniform sampler2D tiles;
uniform sampler2D wide;        // half resolution
uniform sampler2D veil;        // half resolution
uniform bool has_veil;

#include "common/bokeh.glsl"
#include "common/depth.glsl"

out vec4 picture;

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec4 most = texelFetch(tiles, ivec2(gl_FragCoord.xy / TILE), 0);
    picture = texelFetch(color, pixel, 0);
    if (max(most.r, max(most.g, most.b)) <= SHARP) return;
    vec2 size = vec2(textureSize(color, 0)), at = gl_FragCoord.xy / size;
    vec4 here = most.a > 0.0 ? restored(texelFetch(light, pixel, 0)) : vec4(picture.rgb, radius_of(texelFetch(depth, pixel, 0).r, lens));
    float coarse = smoothstep(FINE, COARSE, abs(here.a));
    vec3 back = picture.rgb;
    if (coarse < 1.0) {
        float reach = reach_of(here.a, COARSE, most);
        back = here.rgb;
        if (reach > SHARP) {
            Found found = found_in(light, at, reach / size, (2.0 * gl_FragCoord.xy - size) / length(size), here.a, reach);
            back = mix(back, collected(found, back, here.a, reach), smoothstep(SHARP, 2.0 * SHARP, reach));
        }
    }
    if (coarse > 0.0) {
        vec4 gathered = textureLod(wide, at, 0.0);
        back = mix(back, gathered.rgb / max(gathered.a, 1e-3), coarse);
    }
    if (has_veil && most.b >= FRONT_FROM) {
        vec4 over = textureLod(veil, at, 0.0);
        back = over.rgb + (1.0 - over.a) * back;
        picture.a *= 1.0 - over.a;
    }
    picture.rgb = back;
}
