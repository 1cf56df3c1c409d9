#version 330
// One view's share of a picture that is the mean of many.
uniform sampler2D color;
uniform float weight;

out vec4 sum;

void main() {
    sum = weight * texelFetch(color, ivec2(gl_FragCoord.xy), 0);
}
