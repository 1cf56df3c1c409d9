#version 330
// A square round the disc of every lamp of a tile. Lamps in cells beside each other make one disc where it is large.
layout(points) in;
layout(triangle_strip, max_vertices = 64) out;

uniform sampler2D kinds;   // of tiles
uniform sampler2D lamps;   // of cells, in tiles that hold any
uniform sampler2D places;
uniform vec2 size;         // of the picture, pixels
uniform float iris_area;   // of an iris of radius 1
uniform float squeeze;

#include "common/bokeh.glsl"

const float LARGE = 16.0;   // pixels of radius

flat in int tile[];

flat out vec3 light;       // of the disc
flat out vec4 disc;        // x, y: its middle, radius, pixels over which it ends

// A disc of so much light round a point; moment: mean square of the lamp's extent.
void emit(vec3 energy, vec2 at, float r, float moment) {
    float seen = 1.0, soft = sqrt(12.0 * moment);
#ifdef CATS_EYE
    vec2 field = (2.0 * at - size) / length(size);
    seen = 0.0;
    for (int i = first_of(5); i < ends[5]; i++) seen += vignetted(taps[i].xy, field) ? 0.0 : taps[i].w;
    if (seen == 0.0) return;
#endif
    // A disc that ends over more than its diameter is a cone.
    float area = soft < 2.0 * r ? r * r + soft * soft / 12.0 : pow(r + 0.5 * soft, 3.0) / (3.0 * soft);
    vec2 reach = (r + 0.5 * soft + 0.5) * vec2(1.0 / squeeze, 1.0);
    for (int i = 0; i < 4; i++) {
        light = energy / (seen * iris_area * area);
        disc = vec4(at, r, soft);
        gl_Position = vec4((at + (2.0 * vec2(i & 1, i >> 1) - 1.0) * reach) / size * 2.0 - 1.0, 0.0, 1.0);
        EmitVertex();
    }
    EndPrimitive();
}

// The lamps of two by two cells.
void emit_block(ivec2 first) {
    ivec2 end = textureSize(lamps, 0);
    vec4 lamp[4], all = vec4(0.0);
    vec3 place[4];
    vec3 moment = vec3(0.0);
    float weight = 0.0, least = 1e4, largest = 0.0;
    for (int i = 0; i < 4; i++) {
        ivec2 cell = first + ivec2(i & 1, i >> 1);
        lamp[i] = cell == min(cell, end - 1) ? texelFetch(lamps, cell, 0) : vec4(0.0);
        float energy = dot(lamp[i].rgb, vec3(1.0));
        if (energy <= 0.0) continue;
        place[i] = texelFetch(places, cell, 0).xyz + vec3(CELL * vec2(cell), 0.0);
        least = min(least, lamp[i].a);
        largest = max(largest, lamp[i].a);
        all += vec4(lamp[i].rgb, energy * lamp[i].a);
        moment += energy * vec3(place[i].xy - CELL * vec2(first), place[i].z);
        weight += energy;
    }
    if (weight == 0.0) return;
    if (least < LARGE || largest - least > 2.0 * APART) {
        for (int i = 0; i < 4; i++)
            if (dot(lamp[i].rgb, vec3(1.0)) > 0.0) emit(lamp[i].rgb, place[i].xy, lamp[i].a, place[i].z);
        return;
    }
    moment /= weight;
    for (int i = 0; i < 4; i++) {
        vec2 off = place[i].xy - CELL * vec2(first) - moment.xy;
        float energy = dot(lamp[i].rgb, vec3(1.0));
        if (energy > 0.0) moment.z += 0.5 * energy / weight * dot(off, off);
    }
    emit(all.rgb, moment.xy + CELL * vec2(first), all.a / weight, moment.z);
}

void main() {
    if (tile[0] < 0) return;
    int width = textureSize(kinds, 0).x;
    for (int i = 0; i < 4; i++) emit_block(int(TILE / CELL) * ivec2(tile[0] % width, tile[0] / width) + 2 * ivec2(i & 1, i >> 1));
}
