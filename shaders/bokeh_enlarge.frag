#version 330
// What was gathered at half of this resolution. PARTLY: in some of its tiles only.
uniform sampler2D smaller;

out vec4 gathered;

void main() {
    gathered = textureLod(smaller, 0.5 * gl_FragCoord.xy / vec2(textureSize(smaller, 0)), 0.0);
#ifdef PARTLY
    gathered /= max(gathered.a, 1e-3);
#endif
}
