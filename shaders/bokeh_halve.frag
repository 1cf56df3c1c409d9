#version 330
// Half the resolution, of what is blurred: of four pixels those alike in circle to the most blurred of them.
uniform sampler2D light;
#ifdef FRONT
uniform sampler2D radius;
#endif

layout(location = 0) out vec4 half_light;
#ifdef FRONT
layout(location = 1) out float half_radius;
#endif

void main() {
    ivec2 at = 2 * ivec2(gl_FragCoord.xy), end = textureSize(light, 0) - 1;
    vec4 pixel[4];
    float r[4];
    float most = -1e4;
    for (int i = 0; i < 4; i++) {
        ivec2 there = min(at + ivec2(i % 2, i / 2), end);
        pixel[i] = texelFetch(light, there, 0);
#ifdef FRONT
        r[i] = texelFetch(radius, there, 0).r;
#else
        r[i] = pixel[i].a;
#endif
        most = abs(r[i]) > abs(most) || most == -1e4 ? r[i] : most;
    }
    vec4 sum = vec4(0.0);
    float count = 0.0;
    for (int i = 0; i < 4; i++) {
#ifdef FRONT
        sum += pixel[i];
#else
        float alike = 1.0 - smoothstep(0.5, 1.5, abs(r[i] - most));
        sum += alike * vec4(pixel[i].rgb, 1.0);
#endif
    }
#ifdef FRONT
    // Reading between this pixel and an empty one beside it finds light of the same surface.
    for (int i = 0; i < 16; i++)
        most = max(most, texelFetch(radius, clamp(at + ivec2(i % 4 - 1, i / 4 - 1), ivec2(0), end), 0).r);
    half_light = sum / 4.0;
    half_radius = most;
#else
    half_light = vec4(sum.rgb / sum.a, most);
#endif
}
