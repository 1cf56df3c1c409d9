#version 330
// The foreground's veil, blended over the picture.
uniform sampler2D veil;        // half resolution
uniform vec2 size;             // of the picture

out vec4 over;

void main() { over = textureLod(veil, gl_FragCoord.xy / size, 0.0); }
