#version 330
// What is about in focus: pixels as they are; BLURRED: small circles gathered at full resolution. FAR: over the far slice.
uniform sampler2D color;
#ifdef FAR
uniform sampler2D far;         // gathered at half of this resolution: shaders/bokeh_gather.frag
#endif
#ifdef BLURRED
uniform sampler2D light;       // shaders/bokeh_prepare.frag
uniform sampler2D radius;
uniform sampler2D cells;       // shaders/bokeh_reach.frag
uniform float nearest;         // signed radius at which the front slice begins
#endif

#include "common/bokeh.glsl"

out vec4 over;

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
#ifdef BLURRED
    vec2 size = vec2(textureSize(light, 0)), at = gl_FragCoord.xy / size, field = (2.0 * gl_FragCoord.xy - size) / length(size);
    vec2 most = texelFetch(cells, ivec2(gl_FragCoord.xy / CELL), 0).rg;
    over = texelFetch(light, pixel, 0);
    float here = over.a > 0.0 ? texelFetch(radius, pixel, 0).r / weight_of(over) : NOTHING;
    float reach = over.a > 0.0 ? reach_of(here, most.r, most.g) : max(most.r, most.g);
    if (reach > SHARP) {
        Found found = Found(vec4(0.0), vec4(0.0), vec4(0.0), 1e-4 * (1.0 - over.a), 0.0);
        int row = row_for(reach);
        float r = max(min(abs(here), reach), SHARP);
        for (int i = first_of(row); i < ends[row]; i++) {
            if (vignetted(taps[i].xy, field)) continue;
            vec2 there = at - taps[i].xy * reach / size;
            vec4 theirs = textureLod(light, there, 0.0);
            collect(found, theirs, textureLod(radius, there, 0.0).r / weight_of(theirs), here, nearest, reach, taps[i]);
            found.open += (1.0 - theirs.a) * brought(r, reach, taps[i]);
        }
        over = mix(over, collected(found, over, here, reach), smoothstep(SHARP, 2.0 * SHARP, reach));
    }
#else
    over = texelFetch(color, pixel, 0);
#endif
#ifdef FAR
    over += (1.0 - over.a) * textureLod(far, 0.5 * gl_FragCoord.xy / vec2(textureSize(far, 0)), 0.0);
#endif
}
