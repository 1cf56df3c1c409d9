#version 330
// Full resolution: sharp pixels as they are, small circles gathered here, large ones from the half-resolution gather, and
// the foreground's veil over all of it.
uniform sampler2D light;
uniform sampler2D color;       // of the back slice: its alpha is the invented share
uniform sampler2D tiles;
uniform sampler2D wide;        // half resolution
uniform sampler2D veil;        // half resolution
uniform float lamp;            // times white, from which a disc is as bright as its rim is hard
uniform sampler2D front;       // light and coverage of the front slice,
uniform sampler2D front_radius;// and its radii
uniform sampler2D half_soft;   // all of these at half resolution
uniform sampler2D half_front;
uniform sampler2D half_front_radius;
uniform sampler2D quarter;     // and at a quarter
uniform sampler2D quarter_front;
uniform sampler2D quarter_front_radius;
uniform bool has_veil;

#include "common/bokeh.glsl"

out vec4 picture;

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec2 size = vec2(textureSize(light, 0)), texel = 1.0 / size, at = gl_FragCoord.xy * texel;
    vec4 most = texelFetch(tiles, ivec2(gl_FragCoord.xy / TILE), 0);
    vec2 field = (2.0 * gl_FragCoord.xy - size) / length(size);
    // Of the half-resolution gathers only this tile's pixels: a neighbour may not have been gathered.
    vec2 corner = floor(gl_FragCoord.xy / TILE) * TILE, within = clamp(gl_FragCoord.xy, corner + 1.0, corner + TILE - 1.0);
    vec4 here = texelFetch(light, pixel, 0);
    vec3 back = here.rgb;
    // The rim of a lamp's disc is too bright for half resolution.
    bool lamps = most.a > lamp;
    float own = abs(here.a), reach = reach_of(here.a, lamps ? 1e4 : COARSE, most);
    float coarse = lamps ? 0.0 : smoothstep(FINE, COARSE, own);
    if (reach > SHARP && coarse < 1.0) {
        Found found;
        if (reach < GRAINS) found = found_in(light, at, texel, field, here.a, reach);
        else if (reach < 2.0 * GRAINS) found = found_in(half_soft, at, texel, field, here.a, reach);
        else found = found_in(quarter, at, texel, field, here.a, reach);
        back = mix(back, collected(found, back, here.a, reach), smoothstep(SHARP, 2.0 * SHARP, reach));
    }
    if (coarse > 0.0) {
        back = mix(back, textureLod(wide, 0.5 * within / vec2(textureSize(wide, 0)), 0.0).rgb, coarse);
    }
    float invented = texelFetch(color, pixel, 0).a;
    if (has_veil && most.b >= FRONT_FROM) {
        float far = most.b + 0.5;   // to the end of the rim
        vec4 over;
        if (!lamps) over = textureLod(veil, 0.5 * within / vec2(textureSize(veil, 0)), 0.0);
        else if (far < GRAINS) over = veil_in(front, front_radius, at, texel, field, far, 1.0);
        else if (far < 2.0 * GRAINS) over = veil_in(half_front, half_front_radius, at, texel, field, far, 2.0);
        else over = veil_in(quarter_front, quarter_front_radius, at, texel, field, far, 4.0);
        back = over.rgb + (1.0 - over.a) * back;
        invented *= 1.0 - over.a;
    }
    picture = vec4(back, invented);
}
