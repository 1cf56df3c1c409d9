#version 330
// A square round the disc of every lamp that there is.
layout(points) in;
layout(triangle_strip, max_vertices = 4) out;

uniform vec2 size;         // of the picture, pixels
uniform float iris_area;   // of an iris of radius 1
uniform float squeeze;

#include "common/bokeh.glsl"

in vec4 lamp[];
in vec3 place[];

flat out vec3 light;       // of the disc
flat out vec4 disc;        // x, y: its middle, radius, pixels over which it ends

void main() {
    float r = lamp[0].a, soft = place[0].z;
    if (r <= 0.0) return;
    float seen = 1.0;
    if (cats_eye > 0.0) {
        vec2 field = (2.0 * place[0].xy - size) / length(size);
        seen = 0.0;
        for (int i = first_of(2); i < ends[2]; i++) seen += vignetted(taps[i].xy, field) ? 0.0 : taps[i].w;
        if (seen == 0.0) return;
    }
    vec2 reach = (r + 0.5 * soft + 1.0) * vec2(1.0 / squeeze, 1.0);
    for (int i = 0; i < 4; i++) {
        light = lamp[0].rgb / (seen * iris_area * (r * r + soft * soft / 12.0));
        disc = vec4(place[0].xy, r, soft);
        gl_Position = vec4((place[0].xy + (2.0 * vec2(i & 1, i >> 1) - 1.0) * reach) / size * 2.0 - 1.0, 0.0, 1.0);
        EmitVertex();
    }
    EndPrimitive();
}
