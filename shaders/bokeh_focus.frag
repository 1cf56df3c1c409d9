#version 330
// What is about in focus: pixels as they are; BLURRED: small circles, gathered from every pixel that they reach. FAR: over the far slice.
uniform sampler2D color;
#ifdef FAR
uniform sampler2D far;         // gathered at half of this resolution: shaders/bokeh_gather.frag
#else
uniform vec3 around;           // what is where nothing is
#endif
#ifdef BLURRED
uniform sampler2D light;       // shaders/bokeh_prepare.frag
uniform sampler2D discs;
uniform sampler2D cells;       // shaders/bokeh_reach.frag
uniform float nearest;         // signed radius at which the front slice begins
#endif

#define EXACT
#include "common/bokeh.glsl"

out vec4 over;

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
#ifdef BLURRED
    vec2 size = vec2(textureSize(light, 0)), field = (2.0 * gl_FragCoord.xy - size) / length(size);
    vec2 most = texelFetch(cells, ivec2(gl_FragCoord.xy / CELL), 0).rg;
    over = texelFetch(light, pixel, 0);
    float sharp = disc_of(0.0).radius;
    Disc own = disc_in(texelFetch(discs, pixel, 0).rg, sharp);
    float here = own.signed_, reach = here == NOTHING ? max(most.r, most.g) : reach_of(here, most.r, most.g);
    if (reach > SHARP) {
        Found found = Found(vec4(0.0), vec4(0.0), vec4(0.0), 1e-4 * (1.0 - over.a), 0.0, 0.0, 0.0);
        ivec2 end = textureSize(light, 0) - 1;
        for (int i = 0; i < GRID && (reach - grid[i].z) * grid[i].w > -0.5; i++) {
            if (vignetted(grid[i].xy / reach, field)) continue;
            ivec2 there = clamp(pixel - ivec2(grid[i].xy), ivec2(0), end);
            vec4 theirs = texelFetch(light, there, 0);
            float mine = brought(own.radius, own.share, reach, grid[i]);
            collect(found, theirs, disc_in(texelFetch(discs, there, 0).rg, sharp), own, mine, APART, nearest, reach, grid[i]);
            found.open += (1.0 - theirs.a) * mine;
        }
        over = mix(over, collected(found, over, here), blurred_by(reach));
    }
#else
    over = texelFetch(color, pixel, 0);
#endif
#ifdef FAR
    over += (1.0 - over.a) * textureLod(far, 0.5 * gl_FragCoord.xy / vec2(textureSize(far, 0)), 0.0);
#else
    over += (1.0 - over.a) * vec4(around, 1.0);
#endif
}
