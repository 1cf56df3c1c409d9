#version 330
// What was gathered at a quarter of the resolution, at half of it.
uniform sampler2D quarter;

out vec4 gathered;

void main() {
    gathered = textureLod(quarter, 0.5 * gl_FragCoord.xy / vec2(textureSize(quarter, 0)), 0.0);
}
