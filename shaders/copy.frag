#version 330
// The plainest pass there is, as a measure of the others.
uniform sampler2D color;

out vec4 copy;

void main() {
    copy = texelFetch(color, ivec2(gl_FragCoord.xy), 0);
}
