#version 330
// The plainest pass there is, and so a measure of the others, too.
uniform sampler2D color;

out vec4 copy;

void main() {
    copy = texelFetch(color, ivec2(gl_FragCoord.xy), 0);
}
