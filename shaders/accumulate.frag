#version 330
// One view's share of a picture that is the mean of many, and of the light that reaches each pixel at all.
uniform sampler2D color;
uniform sampler2D depth;
uniform vec2 lens;         // signed radius in pixels: lens.x + lens.y * depth as stored
uniform float spacing;     // of the views' points on an iris of radius 1
uniform float weight;
uniform vec2 point;        // of the iris of radius 1 that this view is from, +y up
uniform float cats_eye;    // iris radii by which the barrel's rim is off the iris at the frame's corner
uniform float highlights;  // times white that a clipped light is taken to be

#include "common/highlights.glsl"
#include "common/depth.glsl"

layout(location = 0) out vec4 light;
layout(location = 1) out float reached;

void main() {
    vec2 size = vec2(textureSize(color, 0));
    vec2 field = (2.0 * gl_FragCoord.xy - size) / length(size);
    reached = length(point + cats_eye * field) <= 1.0 || cats_eye == 0.0 ? weight : 0.0;
    // Where the views of a small lamp come to lie apart it would become as many dots: there each is as wide as the gap.
    ivec2 at = ivec2(gl_FragCoord.xy), end = textureSize(color, 0) - 1;
    float r = radius_of(texelFetch(depth, at, 0).r, lens);
    int n = clamp(int(0.5 * spacing * abs(r) - 0.05), 0, 5);
    vec4 sum = vec4(0.0);
    float weights = 0.0;
    for (int y = -n; y <= n; y++)
        for (int x = -n; x <= n; x++) {
            ivec2 there = clamp(at + ivec2(x, y), ivec2(0), end);
            vec4 pixel = texelFetch(color, there, 0);
            float alike = x == 0 && y == 0 ? 1.0 : 1.0 - smoothstep(0.5, 1.5, abs(radius_of(texelFetch(depth, there, 0).r, lens) - r));
            float w = alike * float((n + 1 - abs(x)) * (n + 1 - abs(y)));
            sum += w * vec4(brightened(pixel.rgb, highlights, r), pixel.a);
            weights += w;
        }
    light = reached * sum / weights;
}
