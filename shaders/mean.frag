#version 330
// The mean of the views so far, its light mixed with a guess while they are few.
uniform sampler2D light;
uniform sampler2D weight;
uniform sampler2D first;   // of any size
uniform float share;       // of the mean

#include "common/highlights.glsl"

out vec4 color;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 mean = texelFetch(light, at, 0) / max(texelFetch(weight, at, 0).r, 1e-6);
    vec3 guess = texture(first, gl_FragCoord.xy / vec2(textureSize(light, 0))).rgb;
    color = min(share < 1.0 ? vec4(mix(guess, mean.rgb, share), mean.a) : mean, BRIGHTEST);
}
