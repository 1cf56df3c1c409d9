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
uniform bool has_veil;
uniform float cats_eye;

#include "common/bokeh.glsl"

out vec4 picture;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 size = vec2(textureSize(light, 0));
    vec4 most = texelFetch(tiles, ivec2(gl_FragCoord.xy / TILE), 0);
    vec2 field = (2.0 * gl_FragCoord.xy - size) / length(size);
    // Of the half-resolution gathers only this tile's pixels: a neighbour may not have been gathered.
    vec2 corner = floor(gl_FragCoord.xy / TILE) * TILE, within = clamp(gl_FragCoord.xy, corner + 1.0, corner + TILE - 1.0);
    vec4 here = texelFetch(light, at, 0);
    vec3 back = here.rgb;
    // The rim of a lamp's disc is too bright for half resolution.
    bool lamps = most.a > lamp;
    float own = abs(here.a), reach = reach_of(here.a, lamps ? 1e4 : COARSE, most);
    float coarse = lamps ? 0.0 : smoothstep(FINE, COARSE, own);
    if (reach > SHARP && coarse < 1.0) {
        Found found = Found(vec4(0.0), vec4(0.0), vec4(0.0));
        int row = row_for(reach), first = first_of(row), last = first + counts[row];
        for (int i = first; i < last; i++) {
            vec4 tap = taps[i];
            if (cats_eye > 0.0 && length(tap.xy + cats_eye * field) > 1.0) continue;
            vec2 there = (gl_FragCoord.xy - reach * tap.xy) / size;
            collect(found, textureLod(light, there, 0.0), here.a, reach, tap);
        }
        back = mix(back, collected(found, back, here.a, reach), smoothstep(SHARP, 2.0 * SHARP, reach));
    }
    if (coarse > 0.0) {
        back = mix(back, textureLod(wide, 0.5 * within / vec2(textureSize(wide, 0)), 0.0).rgb, coarse);
    }
    float invented = texelFetch(color, at, 0).a;
    if (has_veil && most.b >= FRONT_FROM) {
        vec4 over = vec4(0.0);
        if (lamps) {
            float far = most.b + 0.5;   // to the end of the rim
            int row = row_for(far), first = first_of(row), last = first + counts[row];
            for (int i = first; i < last; i++) {
                vec4 tap = taps[i];
                if (cats_eye > 0.0 && length(tap.xy + cats_eye * field) > 1.0) continue;
                vec2 there = (gl_FragCoord.xy + far * tap.xy) / size;
                over += veiled(textureLod(front, there, 0.0), textureLod(front_radius, there, 0.0).r, far, tap, 1.0);
            }
            over /= max(over.a, 1.0);
        } else over = textureLod(veil, 0.5 * within / vec2(textureSize(veil, 0)), 0.0);
        back = over.rgb + (1.0 - over.a) * back;
        invented *= 1.0 - over.a;
    }
    picture = vec4(back, invented);
}
