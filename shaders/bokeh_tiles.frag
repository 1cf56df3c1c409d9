#version 330
// Every tile's largest radii: r behind the focus, g in front of it within the back slice, b of the veil; a: its brightest light.
uniform sampler2D light;
uniform sampler2D veil;        // half resolution: light of the front slice,
uniform sampler2D veil_radius; // and its radii
uniform bool has_veil;

#include "common/bokeh.glsl"

out vec4 largest;

void main() {
    ivec2 first = ivec2(gl_FragCoord.xy) * int(TILE), end = textureSize(light, 0) - 1;
    largest = vec4(0.0);
    for (int y = 0; y < int(TILE); y++)
        for (int x = 0; x < int(TILE); x++) {
            ivec2 at = min(first + ivec2(x, y), end);
            vec4 pixel = texelFetch(light, at, 0);
            largest.rga = max(largest.rga, vec3(pixel.a, -pixel.a, max(pixel.r, max(pixel.g, pixel.b))));
        }
    if (has_veil)
        for (int y = 0; y < int(TILE) / 2; y++)
            for (int x = 0; x < int(TILE) / 2; x++) {
                ivec2 at = min(first / 2 + ivec2(x, y), textureSize(veil, 0) - 1);
                vec3 pixel = texelFetch(veil, at, 0).rgb;
                largest.ba = max(largest.ba, vec2(texelFetch(veil_radius, at, 0).r, max(pixel.r, max(pixel.g, pixel.b))));
            }
}
