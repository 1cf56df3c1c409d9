#version 330
// The two parts of the far slice, one over the other, as if they had been drawn together.
uniform sampler2D between;
uniform sampler2D between_depth;
uniform sampler2D behind;
uniform sampler2D behind_depth;

out vec4 color;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 nearer = texelFetch(between, at, 0);
    float stored = texelFetch(between_depth, at, 0).r;
    color = nearer + (1.0 - nearer.a) * vec4(texelFetch(behind, at, 0).rgb, 1.0);
    gl_FragDepth = stored > 0.0 ? stored : texelFetch(behind_depth, at, 0).r;
}
